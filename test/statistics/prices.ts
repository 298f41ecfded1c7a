/** Nothing costs anything. */
import type { Prices } from '../../src/statistics/report.ts';

export const FREE: Prices = {
  PRICE_PROMPT_TOKENS: 0,
  PRICE_COMPLETION_TOKENS: 0,
  PRICE_GENERATION_HOUR: 0,
  PRICE_CURRENCY: 'USD',
};
