// What the page says, in the languages of its readers. A text may hold {names} for what is put in.

const TEXTS = {
  en: {
    skip: "Skip the map",
    model: "Vectors", both: "side by side", colour: "Colour", byCluster: "cluster", byFrequency: "frequency",
    language: "Language", map: "Map of the words", questions: "Questions",
    search: "Find a word or a sum of words", searchHint: "A word, or king - man + woman",
    neighbors: "Neighbours", analogy: "Analogy", odd: "Odd one out", compare: "Compare", axis: "Axis", explain: "Explain",
    stopped: "The server does not answer any more. Start it again: w2v explore", retry: "Try again",
    savePng: "Map as PNG", saveCsv: "Answer as CSV", copyLink: "Copy link", copied: "The link is in the clipboard.",
    mapHelp: "{words} words. Arrow keys move, + and − zoom, 0 shows all, Enter takes the word in the middle. "
      + "The neighbours stand as a table in the next part of the page.",
    mapOf: "Map of {name}", drawing: "drawing the map …",
    kept: "of 10 nearest words {ten} are among the 10 nearest here, {fifty} among 50", only: "drawn: the {count} most frequent",
    zoomIn: "Zoom in", zoomOut: "Zoom out", showAll: "Show all", rare: "rare", frequent: "frequent",
    word: "Word", cosine: "Cosine", count: "Count", words: "Words",
    neighborsIntro: "The words used in the company that this word keeps. Search, or click on the map.",
    neighborsOf: "Nearest to {word}", occurs: "occurs {count} times", rank: "no. {rank} of {total} by frequency",
    found: "{count} words found, the nearest is {word}.", sumNote: "The words nearest to this sum; its own words are left out.",
    analogyIntro: "A is to B as what is to C? The vector A − B + C, and the words nearest to it.",
    a: "A", b: "B", c: "C", ask: "Ask", isTo: "{a} is to {b} as", toC: "is to {c}",
    planeTitle: "The offset {b} → {a}, carried over to {c}: the ring is the point A − B + C, the answer lies at {answer}.",
    planeNote: "The plane of the three words. Distances across it are never larger than the true ones.",
    oddIntro: "Which of these does not belong? The one farthest from the mean of all.",
    oddFound: "{word} does not belong.", oddCosine: "Cosine to the mean", separate: "three or more, with blanks between",
    compareIntro: "How alike are two words, and what lies near both?",
    compareFound: "The cosine of {a} and {b} is {cosine}.",
    rankAmong: "{b} is neighbour no. {rank} of {a}", nearBoth: "Near both",
    axisIntro: "Words along a direction, or on the plane of two. Name some, or leave the field empty for the outermost of the frequent ones.",
    negative: "From", positive: "To", axisFound: "From {negative} to {positive}.",
    negative2: "Second axis, from", positive2: "Second axis, to",
    axesFound: "To the right: from {negative} to {positive}. Upwards: from {negative2} to {positive2}.",
    axesNote: "Each word stands at its cosines to the two directions. The directions have a cosine of {cosine} to each other; 0 means that they are independent.",
    axisWords: "Words to place (may be empty)",
    explainIntro: "What an Embedding layer does with a sentence of yours, and where the rows come from.",
    sentence: "Sentence", working: "Computing …",
    unknown: "“{word}” is not in the vocabulary.", didYouMean: "Did you mean", fill: "Fill in the fields above.", beginWith: "Words to begin with",
    top: "Words", least: "that occur at least", any: "once", times: "× {count}",
    slow: "This takes too long.", nothing: "Nothing found.", notOnMap: "not on the map",
    cluster: "Cluster {number}: {names}",
  },
  es: {
    skip: "Saltar el mapa",
    model: "Vectores", both: "lado a lado", colour: "Color", byCluster: "grupo", byFrequency: "frecuencia",
    language: "Idioma", map: "Mapa de las palabras", questions: "Preguntas",
    search: "Buscar una palabra o una suma de palabras", searchHint: "Una palabra, o rey - hombre + mujer",
    neighbors: "Vecinas", analogy: "Analogía", odd: "La intrusa", compare: "Comparar", axis: "Eje", explain: "Explicar",
    stopped: "El servidor ya no responde. Vuelve a iniciarlo: w2v explore", retry: "Reintentar",
    savePng: "Mapa en PNG", saveCsv: "Respuesta en CSV", copyLink: "Copiar enlace",
    copied: "El enlace está en el portapapeles.",
    mapHelp: "{words} palabras. Las flechas desplazan, + y − acercan y alejan, 0 muestra todo, Intro toma la palabra del "
      + "centro. Las vecinas aparecen como tabla en la parte siguiente de la página.",
    mapOf: "Mapa de {name}", drawing: "dibujando el mapa…",
    kept: "de las 10 más cercanas, {ten} están aquí entre las 10 más cercanas, {fifty} entre 50", only: "en el mapa: las {count} más frecuentes",
    zoomIn: "Acercar", zoomOut: "Alejar", showAll: "Ver todo", rare: "rara", frequent: "frecuente",
    word: "Palabra", cosine: "Coseno", count: "Frecuencia", words: "Palabras",
    neighborsIntro: "Las palabras que aparecen en la misma compañía que esta. Búscala o pulsa sobre el mapa.",
    neighborsOf: "Las más cercanas a {word}", occurs: "aparece {count} veces", rank: "n.º {rank} de {total} por frecuencia",
    found: "{count} palabras encontradas; la más cercana es {word}.", sumNote: "Las palabras más cercanas a esta suma, sin contar las suyas propias.",
    analogyIntro: "A es a B como ¿qué es a C? El vector A − B + C y las palabras más cercanas a él.",
    a: "A", b: "B", c: "C", ask: "Preguntar", isTo: "{a} es a {b} como", toC: "es a {c}",
    planeTitle: "El desplazamiento {b} → {a}, llevado a {c}: el anillo es el punto A − B + C; la respuesta está en {answer}.",
    planeNote: "El plano de las tres palabras. Ninguna distancia en él supera la verdadera.",
    oddIntro: "¿Cuál de estas no encaja? La más alejada de la media de todas.",
    oddFound: "{word} no encaja.", oddCosine: "Coseno con la media", separate: "tres o más, separadas por espacios",
    compareIntro: "¿Cuánto se parecen dos palabras y qué hay cerca de ambas?",
    compareFound: "El coseno de {a} y {b} es {cosine}.",
    rankAmong: "{b} es la vecina n.º {rank} de {a}", nearBoth: "Cerca de ambas",
    axisIntro: "Palabras a lo largo de una dirección, o en el plano de dos. Escribe algunas o deja el campo vacío para ver los extremos entre las frecuentes.",
    negative: "Desde", positive: "Hasta", axisFound: "De {negative} a {positive}.",
    negative2: "Segundo eje, desde", positive2: "Segundo eje, hasta",
    axesFound: "Hacia la derecha: de {negative} a {positive}. Hacia arriba: de {negative2} a {positive2}.",
    axesNote: "Cada palabra está en sus cosenos con las dos direcciones. Las direcciones tienen entre sí un coseno de {cosine}; 0 significa que son independientes.",
    axisWords: "Palabras que situar (opcional)",
    explainIntro: "Qué hace una capa Embedding con una frase tuya y de dónde salen las filas.",
    sentence: "Frase", working: "Calculando…",
    unknown: "«{word}» no está en el vocabulario.", didYouMean: "¿Quisiste decir", fill: "Rellena los campos de arriba.", beginWith: "Palabras para empezar",
    top: "Palabras", least: "que aparecen al menos", any: "una vez", times: "× {count}",
    slow: "Esto tarda demasiado.", nothing: "No se encontró nada.", notOnMap: "fuera del mapa",
    cluster: "Grupo {number}: {names}",
  },
};

export const LANGUAGES = Object.keys(TEXTS);
let language = "en";

export function speak(wanted) {
  language = LANGUAGES.includes(wanted) ? wanted : "en";
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text(element.dataset.label));
  }
}

export function preferred() {
  const own = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => LANGUAGES.includes(tag));
  return own ?? "en";
}

export function text(key, parts = {}) {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (_, name) => String(parts[name] ?? ""));
}

export const whole = (number) => new Intl.NumberFormat(language).format(number);
export const number = (value, digits) =>
  new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
    .replace(/^-(?=[0.,]*$)/, "").replace("-", "−");
export const percent = (share) => `${number(100 * share, 0)} %`;
export const cosine = (value) => number(value, 3);
