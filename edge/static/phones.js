/**
 * The phones of English for a learner: ARPAbet → IPA and an example word. Also the bands in which scores are shown.
 * Data only; how to make a sound the server tells, in the learner's language: see feedback.js.
 */

const PHONES = {
  AA: ["ɑ", "hot"],
  AE: ["æ", "cat"],
  AH: ["ə", "about"],
  AO: ["ɔ", "saw"],
  AW: ["aʊ", "now"],
  AY: ["aɪ", "my"],
  B: ["b", "bed"],
  CH: ["tʃ", "chair"],
  D: ["d", "dog"],
  DH: ["ð", "this"],
  EH: ["ɛ", "bed"],
  ER: ["ɝ", "bird"],
  EY: ["eɪ", "day"],
  F: ["f", "fine"],
  G: ["ɡ", "go"],
  HH: ["h", "hat"],
  IH: ["ɪ", "sit"],
  IY: ["i", "see"],
  JH: ["dʒ", "job"],
  K: ["k", "cat"],
  L: ["l", "light"],
  M: ["m", "man"],
  N: ["n", "no"],
  NG: ["ŋ", "sing"],
  OW: ["oʊ", "go"],
  OY: ["ɔɪ", "boy"],
  P: ["p", "pen"],
  R: ["ɹ", "red"],
  S: ["s", "sun"],
  SH: ["ʃ", "she"],
  T: ["t", "ten"],
  TH: ["θ", "think"],
  UH: ["ʊ", "book"],
  UW: ["u", "blue"],
  V: ["v", "very"],
  W: ["w", "we"],
  Y: ["j", "yes"],
  Z: ["z", "zoo"],
  ZH: ["ʒ", "measure"],
};

/** `{ipa, example}` of an ARPAbet phone, with or without a stress digit. */
export function describe(phone) {
  const name = phone.replace(/\d$/, "").toUpperCase();
  const [ipa, example] = PHONES[name] ?? [phone.toLowerCase(), ""];
  return { ipa, example };
}

export const BANDS = { good: "good", fair: "nearly", weak: "needs work", missed: "left out", none: "not judged" };

/** The band in which a score (0..100) is shown. */
export function bandOf(score) {
  if (score === null || score === undefined) return "none";
  if (score >= 80) return "good";
  return score >= 60 ? "fair" : "weak";
}
