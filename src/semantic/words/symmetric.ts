/** Relations that hold both ways, so that their two sides may change places. Lemmas. */
export const SYMMETRIC: ReadonlySet<string> = new Set(
  `marry married wed date dating engage engaged friend friends befriend acquaint acquaintance acquainted relate related close near beside
  adjacent opposite similar same equal identical equivalent different differ distinct difference similarity comparable compatible incompatible
  neighbor neighbour neighbors sibling cousin twin relative partner spouse colleague coworker roommate flatmate classmate teammate mate buddy pal
  rival enemy ally allied connected linked meet met divorce divorced separate separated distance parallel perpendicular
  correlate correlated correlation relationship relation connection interchangeable synonymous compare comparison versus vs between
  together afar collide intersect overlap border interact agree disagree conflict contradict mutual reciprocal resemble alike tie tied coexist cohabit correspond `
    .trim()
    .split(/\s+/),
);

/** Adjectives that mean the same before a noun and beside one: "an Indian nurse" is "a nurse and Indian". */
const DEMONYM_ENDINGS = /(?:ian|ean|ese|ish|ican|rian|can|stani|raqi|raeli|eek|ench|utch|wiss|elsh|rab|hai|ech|anish)$/;

export function isDemonym(word: string): boolean {
  return word.length > 3 && DEMONYM_ENDINGS.test(word);
}
