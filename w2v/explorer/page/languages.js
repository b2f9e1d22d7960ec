// The explanation is told in more languages than the page has.
export const TOLD = { en: "English", es: "Español", zh: "中文", ja: "日本語" };

export function toldIn(state) {
  const own = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in TOLD);
  return [state.told, state.lang, own].find((tag) => tag in TOLD) ?? "en";
}
