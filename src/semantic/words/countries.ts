/** Countries with the adjective that stands before a noun: "the Italian flag" is "the flag of Italy". Lower case. */
const COUNTRIES = `
italy italian|france french|germany german|spain spanish|portugal portuguese|greece greek|turkey turkish|poland polish|sweden swedish|norway norwegian
denmark danish|finland finnish|iceland icelandic|ireland irish|scotland scottish|wales welsh|england english|britain british|netherlands dutch
belgium belgian|switzerland swiss|austria austrian|hungary hungarian|romania romanian|bulgaria bulgarian|serbia serbian|croatia croatian
ukraine ukrainian|russia russian|china chinese|japan japanese|korea korean|vietnam vietnamese|thailand thai|india indian|pakistan pakistani
bangladesh bangladeshi|nepal nepalese|iran iranian|iraq iraqi|israel israeli|egypt egyptian|morocco moroccan|algeria algerian|tunisia tunisian
nigeria nigerian|kenya kenyan|ghana ghanaian|ethiopia ethiopian|australia australian|canada canadian|mexico mexican|brazil brazilian
argentina argentine|argentina argentinian|chile chilean|peru peruvian|colombia colombian|venezuela venezuelan|cuba cuban|usa american|america american
europe european|africa african|asia asian|indonesia indonesian|malaysia malaysian|philippines philippine|singapore singaporean|lebanon lebanese
syria syrian|albania albanian|estonia estonian|latvia latvian|lithuania lithuanian|slovakia slovak|slovenia slovenian|czechia czech|cyprus cypriot`;

const ADJECTIVES = new Set(COUNTRIES.trim().split(/[|\n]/));

/** Whether the second is the first's adjective. */
export const isAdjectiveOf = (country: string, adjective: string): boolean => ADJECTIVES.has(`${country} ${adjective}`);
