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

/** People ask the next question soon or not at all: a guess is worth half as much after so long, ms. */
const PATIENCE_MS = 15_000;
/** And nothing after so long: it has found no idle moment. */
const OUTDATED_MS = 60_000;

/**
 * What a guess is worth by now; 0 for one that is out of date.
 * @param gain when it was made, ms
 * @param ageMs since then
 */
export function gainAfter(gain: number, ageMs: number): number {
  return ageMs >= OUTDATED_MS ? 0 : gain * 2 ** (-ageMs / PATIENCE_MS);
}

/** Takes the best of them out of the list, and what is out of date with it. */
export function takeBest<T extends { readonly gain: number; readonly at: number }>(
  guesses: T[],
  now: number,
): T | undefined {
  let best: T | undefined;
  let most = 0;
  for (const guess of guesses) {
    const gain = gainAfter(guess.gain, now - guess.at);
    if (gain <= most) continue;
    most = gain;
    best = guess;
  }
  const left = guesses.filter((guess) => guess !== best && gainAfter(guess.gain, now - guess.at) > 0);
  guesses.splice(0, guesses.length, ...left);
  return best;
}
