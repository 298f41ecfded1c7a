/**
 * Check: whether a stored answer was right for a question in other words, once the question's own answer is there. That comes from a
 * generation at low priority, after the answer, for a sample of semantic hits; or for free, where a match was withheld and the
 * question was generated anyway.
 */
import type { Edge } from './edge.ts';
import type { Answer } from './exchange/answer.ts';
import type { Content, Exchange } from './exchange/exchange.ts';
import type { Landing } from './flight/flight.ts';
import type { Launch } from './flight/flights.ts';
import { type Answers, agree } from './semantic/agreement.ts';
import type { BoundClass } from './semantic/gate.ts';
import { askJudge } from './semantic/judge.ts';
import type { Match, SemanticCache } from './semantic/semantic-cache.ts';

/** A match that was served, or would have been. */
export interface Alike {
  readonly match: Match;
  readonly of: BoundClass;
  /** The question that was asked. */
  readonly question: string;
  /** Undefined where it was not fetched, since it was withheld. */
  readonly exchange: Exchange | undefined;
}

/** The launch, with the check at its landing. */
export function checking(launch: Launch, alike: Alike | undefined, edge: Edge): Launch {
  const { semantic } = edge;
  if (alike === undefined || semantic === undefined) return launch;
  return {
    ...launch,
    async landed(landing, flight) {
      await Promise.all([launch.landed(landing, flight), check(alike, landing, semantic, edge)]);
    },
  };
}

/**
 * The launch of a check alone. Nobody joins it: who asks the same has its semantic hit meanwhile, and need not wait for a generation
 * that gives way to everyone. Undefined where the stored answer is not whole: nothing could be told from the comparison.
 */
export function shadow(launch: Launch, alike: Alike, edge: Edge): Launch | undefined {
  if (wholeAnswer(alike.exchange?.content) === undefined) return undefined;
  const checked = checking(launch, alike, edge);
  return launch.key === undefined ? checked : { ...checked, key: `check ${launch.key}` };
}

async function check(alike: Alike, landing: Landing, semantic: SemanticCache, edge: Edge): Promise<void> {
  const { match, of, question } = alike;
  const fresh = answerOf(landing);
  const served = wholeAnswer((alike.exchange ?? (await edge.tiers.lookup(match.key)).exchange)?.content);
  if (fresh === undefined || served === undefined) return;
  const wrong = await differs({ question, served: served.content, fresh: fresh.content }, semantic, edge);
  edge.observe({ kind: 'shadow_checked', by: wrong === undefined ? 'unsure' : wrong ? 'wrong' : 'right' });
  await semantic.gates.label(of, match.similarity, wrong);
}

/** Undefined where nobody can tell. */
async function differs(answers: Answers, semantic: SemanticCache, edge: Edge): Promise<boolean | undefined> {
  const model = edge.config.SEMANTIC_JUDGE_MODEL;
  let said = agree(answers, semantic.comparison);
  if (said === 'unsure' && model !== undefined) said = await askJudge(answers, model, edge.origin);
  return said === 'unsure' ? undefined : said === 'different';
}

function answerOf(landing: Landing): Answer | undefined {
  if (landing.kind === 'found') return wholeAnswer(landing.exchange.content);
  return landing.kind === 'complete' ? wholeAnswer({ kind: 'answer', answer: landing.answer }) : undefined;
}

/** An answer that was cut by its length says less than it would. */
function wholeAnswer(content: Content | undefined): Answer | undefined {
  return content?.kind === 'answer' && content.answer.doneReason === 'stop' ? content.answer : undefined;
}
