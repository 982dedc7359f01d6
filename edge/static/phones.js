/**
 * The phones of English for a learner: ARPAbet → IPA, an example word, and how to make the sound. Also the bands in
 * which scores are shown. Data only.
 */

const PHONES = {
  AA: ["ɑ", "hot", "Open the mouth wide and keep the tongue low and back."],
  AE: ["æ", "cat", "Open wide, tongue low and to the front, lips spread a little."],
  AH: ["ə", "about", "Relax everything: short, mouth half open, tongue in the middle."],
  AO: ["ɔ", "saw", "Round the lips and hold the tongue low and back."],
  AW: ["aʊ", "now", "Glide from an open mouth to rounded lips."],
  AY: ["aɪ", "my", "Glide from an open mouth to a small smile."],
  B: ["b", "bed", "Close the lips, let the voice hum, then open."],
  CH: ["tʃ", "chair", "Stop the air with the tongue tip, then let it hiss through rounded lips."],
  D: ["d", "dog", "Tongue tip behind the upper teeth, voice on, release."],
  DH: ["ð", "this", "Put the tongue tip lightly between the teeth and let the voice buzz."],
  EH: ["ɛ", "bed", "Mouth half open, tongue to the front; keep it short."],
  ER: ["ɝ", "bird", "Curl the tongue back a little and round the lips; do not tap it."],
  EY: ["eɪ", "day", "Start at “e” and glide up towards “ee”."],
  F: ["f", "fine", "Upper teeth on the lower lip, blow; no voice."],
  G: ["ɡ", "go", "Back of the tongue against the soft palate, voice on, release."],
  HH: ["h", "hat", "Just breathe out; no friction in the throat."],
  IH: ["ɪ", "sit", "Shorter and looser than “ee”: relax the tongue and lips."],
  IY: ["i", "see", "Long, with a smile; tongue high and to the front."],
  JH: ["dʒ", "job", "Like “ch”, with the voice on."],
  K: ["k", "cat", "Back of the tongue up, stop the air, release with a puff."],
  L: ["l", "light", "Keep the tongue tip on the ridge behind the teeth and let the air pass at the sides."],
  M: ["m", "man", "Close the lips and hum through the nose."],
  N: ["n", "no", "Tongue tip behind the teeth, hum through the nose."],
  NG: ["ŋ", "sing", "Back of the tongue up, hum through the nose; no “g” after it."],
  OW: ["oʊ", "go", "Start with round lips and make them smaller."],
  OY: ["ɔɪ", "boy", "Glide from round lips to a small smile."],
  P: ["p", "pen", "Close the lips, then let them open with a puff of air."],
  R: ["ɹ", "red", "Pull the tongue back without touching anything and round the lips a little."],
  S: ["s", "sun", "Teeth nearly closed, tongue tip near the ridge, a sharp hiss without voice."],
  SH: ["ʃ", "she", "Round the lips, draw the tongue back a little, a soft hiss."],
  T: ["t", "ten", "Tongue tip on the ridge, stop the air, release with a puff."],
  TH: ["θ", "think", "Put the tongue tip lightly between the teeth and blow; no voice."],
  UH: ["ʊ", "book", "Short and loose, lips a little rounded."],
  UW: ["u", "blue", "Long, lips rounded and pushed forward."],
  V: ["v", "very", "Upper teeth on the lower lip, and let the voice buzz."],
  W: ["w", "we", "Round the lips tightly, then open; the teeth do not touch the lip."],
  Y: ["j", "yes", "Tongue high at the front, then glide away quickly."],
  Z: ["z", "zoo", "Like “s”, with the voice on: feel the throat buzz."],
  ZH: ["ʒ", "measure", "Like “sh”, with the voice on."],
};

/** `{ipa, example, tip}` of an ARPAbet phone, with or without a stress digit. */
export function describe(phone) {
  const name = phone.replace(/\d$/, "").toUpperCase();
  const [ipa, example, tip] = PHONES[name] ?? [phone.toLowerCase(), "", ""];
  return { ipa, example, tip };
}

export const BANDS = { good: "good", fair: "nearly", weak: "needs work", missed: "left out", none: "not judged" };

/** The band in which a score (0..100) is shown. */
export function bandOf(score) {
  if (score === null || score === undefined) return "none";
  if (score >= 80) return "good";
  return score >= 60 ? "fair" : "weak";
}
