/** Whether asking ahead is worth it: what it saves if the guess is right against what it wastes if it is not. */

/**
 * Expected gain in milliseconds of a person's waiting.
 * @param probability that it will be asked, 0 to 1
 * @param generationMs what it takes
 * @param waste how much a second of an idle origin's work for nothing counts, in seconds of waiting: 0 wastes freely, 1 wants an
 *   even chance
 */
export function expectedGain(probability: number, generationMs: number, waste: number): number {
  return probability * generationMs - (1 - probability) * waste * generationMs;
}

/** The least probability with a gain above zero. */
export function breakEven(waste: number): number {
  return waste / (1 + waste);
}
