// What the page says, in the languages of its readers. A text may hold {names} for what is put in.

const TEXTS = {
  en: {
    skip: "Skip the map",
    model: "Vectors", both: "side by side", colour: "Colour", byCluster: "cluster", byFrequency: "frequency",
    language: "Language", map: "Map of the words", questions: "Questions",
    search: "Find a word or a sum of words", searchHint: "A word, or king - man + woman",
    neighbors: "Neighbours", analogy: "Analogy", odd: "Odd one out", compare: "Compare", axis: "Axis", explain: "Explain",
    stopped: "The server does not answer any more. Start it again: w2v explore", retry: "Try again",
    savePng: "Map as PNG", saveCsv: "Answer as CSV", share: "Page as HTML", copyLink: "Copy link", copied: "The link is in the clipboard.", scale: "Size of the picture",
    mapHelp: "{words} words. Arrow keys move, + and − zoom, 0 shows all, Enter takes the word in the middle. "
      + "The neighbours stand as a table in the next part of the page.",
    mapOf: "Map of {name}", drawing: "drawing the map …",
    kept: "of 10 nearest words {ten} are among the 10 nearest here, {fifty} among 50", only: "drawn: the {count} most frequent",
    zoomIn: "Zoom in", zoomOut: "Zoom out", showAll: "Show all", rare: "rare", other: "other", frequent: "frequent",
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
    changes: "Changes", changesIntro: "Words whose neighbours differ most between the two: the meaning moved, or the text is another.",
    shared: "Neighbours shared", changesAmong: "{count} words are in both; of each of the frequent ones 25 neighbours are compared.",
    byCosine: "nearness to the word", lasso: "Draw around words", fromThese: "Axis from these", toThese: "Axis to these", selected: "{count} words selected", middle: "In the middle of them:",
    top: "Words", least: "that occur at least", any: "once", times: "× {count}",
    slow: "This takes too long.", nothing: "Nothing found.", notOnMap: "not on the map",
    ofSubwords: "not in the vocabulary: made of its subwords",
    cluster: "Cluster {number}: {names}",
  },
  es: {
    skip: "Saltar el mapa",
    model: "Vectores", both: "lado a lado", colour: "Color", byCluster: "grupo", byFrequency: "frecuencia",
    language: "Idioma", map: "Mapa de las palabras", questions: "Preguntas",
    search: "Buscar una palabra o una suma de palabras", searchHint: "Una palabra, o rey - hombre + mujer",
    neighbors: "Vecinas", analogy: "Analogía", odd: "La intrusa", compare: "Comparar", axis: "Eje", explain: "Explicar",
    stopped: "El servidor ya no responde. Vuelve a iniciarlo: w2v explore", retry: "Reintentar",
    savePng: "Mapa en PNG", saveCsv: "Respuesta en CSV", share: "Página en HTML", copyLink: "Copiar enlace",
    copied: "El enlace está en el portapapeles.", scale: "Tamaño de la imagen",
    mapHelp: "{words} palabras. Las flechas desplazan, + y − acercan y alejan, 0 muestra todo, Intro toma la palabra del "
      + "centro. Las vecinas aparecen como tabla en la parte siguiente de la página.",
    mapOf: "Mapa de {name}", drawing: "dibujando el mapa…",
    kept: "de las 10 más cercanas, {ten} están aquí entre las 10 más cercanas, {fifty} entre 50", only: "en el mapa: las {count} más frecuentes",
    zoomIn: "Acercar", zoomOut: "Alejar", showAll: "Ver todo", rare: "rara", other: "otras", frequent: "frecuente",
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
    changes: "Cambios", changesIntro: "Las palabras cuyas vecinas más difieren entre los dos: su significado cambió, o el texto es otro.",
    shared: "Vecinas comunes", changesAmong: "{count} palabras están en ambos; de cada una de las frecuentes se comparan 25 vecinas.",
    byCosine: "cercanía a la palabra", lasso: "Rodear palabras", fromThese: "Eje desde estas", toThese: "Eje hacia estas", selected: "{count} palabras seleccionadas", middle: "En el centro de ellas:",
    top: "Palabras", least: "que aparecen al menos", any: "una vez", times: "× {count}",
    slow: "Esto tarda demasiado.", nothing: "No se encontró nada.", notOnMap: "fuera del mapa",
    ofSubwords: "no está en el vocabulario: hecha de sus subpalabras",
    cluster: "Grupo {number}: {names}",
  },
  zh: {
    skip: "跳过地图",
    model: "向量", both: "并排", colour: "颜色", byCluster: "聚类", byFrequency: "词频",
    language: "语言", map: "词的地图", questions: "提问",
    search: "查找一个词，或词的加减", searchHint: "一个词，或 国王 - 男人 + 女人",
    neighbors: "近邻", analogy: "类比", odd: "找出异类", compare: "比较", axis: "轴", explain: "讲解",
    stopped: "服务器没有响应。请重新启动：w2v explore", retry: "重试",
    savePng: "地图存为 PNG", saveCsv: "结果存为 CSV", share: "整页存为 HTML", copyLink: "复制链接", copied: "链接已复制到剪贴板。", scale: "图片大小",
    mapHelp: "{words} 个词。方向键移动，+ 和 − 缩放，0 显示全部，回车选中央的词。近邻以表格形式列在页面的下一部分。",
    mapOf: "{name} 的地图", drawing: "正在绘制地图……",
    kept: "最近的 10 个词中，{ten} 在地图上仍属最近的 10 个，{fifty} 属最近的 50 个", only: "已绘制：最常见的 {count} 个",
    zoomIn: "放大", zoomOut: "缩小", showAll: "显示全部", rare: "罕见", other: "其他", frequent: "常见",
    word: "词", cosine: "余弦", count: "次数", words: "若干词",
    neighborsIntro: "与这个词出现在相同语境里的词。请搜索，或点击地图。",
    neighborsOf: "与{word}最近的词", occurs: "出现 {count} 次", rank: "按词频在 {total} 个词中排第 {rank}",
    found: "找到 {count} 个词，最近的是{word}。", sumNote: "与这个和最近的词；和中的词本身不列入。",
    analogyIntro: "A 之于 B，如同什么之于 C？即向量 A − B + C，以及离它最近的词。",
    a: "A", b: "B", c: "C", ask: "提问", isTo: "{a} 之于 {b}，如同", toC: "之于 {c}",
    planeTitle: "差向量 {b} → {a}，移到 {c}：圆环是点 A − B + C，答案在{answer}处。",
    planeNote: "三个词所在的平面。平面上的距离不会大于真实距离。",
    oddIntro: "哪一个不属于这一组？离全体平均向量最远的那个。",
    oddFound: "{word} 不属于这一组。", oddCosine: "与平均向量的余弦", separate: "三个或更多，用空格隔开",
    compareIntro: "两个词有多相似？哪些词与两者都近？",
    compareFound: "{a} 与 {b} 的余弦是 {cosine}。",
    rankAmong: "{b} 是 {a} 的第 {rank} 个近邻", nearBoth: "与两者都近",
    axisIntro: "沿一个方向，或在两个方向的平面上排列词。可写出若干词；留空则取常见词中最靠外的。",
    negative: "从", positive: "到", axisFound: "从{negative}到{positive}。",
    negative2: "第二轴，从", positive2: "第二轴，到",
    axesFound: "向右：从{negative}到{positive}。向上：从{negative2}到{positive2}。",
    axesNote: "每个词的位置是它与两个方向的余弦。两个方向之间的余弦是 {cosine}；0 表示互不相关。",
    axisWords: "要排列的词（可留空）",
    explainIntro: "Embedding 层对你的句子做了什么，它的行又从何而来。",
    sentence: "句子", working: "正在计算……",
    unknown: "词表中没有“{word}”。", didYouMean: "您是不是要找", fill: "请填写上面的空格。", beginWith: "可以从这些词开始",
    changes: "变化", changesIntro: "两个模型之间近邻差别最大的词：词义变了，或者文本不同。",
    shared: "共同的近邻", changesAmong: "两者共有 {count} 个词；对其中常见的词各比较 25 个近邻。",
    byCosine: "与该词的接近程度", lasso: "圈选词", fromThese: "以这些词为轴的起点", toThese: "以这些词为轴的终点", selected: "已选 {count} 个词", middle: "位于它们中央的词：",
    top: "词数", least: "至少出现", any: "一次", times: "× {count}",
    slow: "耗时太长。", nothing: "没有找到。", notOnMap: "不在地图上",
    ofSubwords: "词表中没有：由其子词得出",
    cluster: "聚类 {number}：{names}",
  },
  ja: {
    skip: "地図を飛ばす",
    model: "ベクトル", both: "並べて表示", colour: "色", byCluster: "クラスタ", byFrequency: "頻度",
    language: "言語", map: "語の地図", questions: "質問",
    search: "語、または語の足し引きを探す", searchHint: "語、または 王 - 男 + 女",
    neighbors: "近い語", analogy: "類推", odd: "仲間外れ", compare: "比較", axis: "軸", explain: "解説",
    stopped: "サーバーが応答しません。もう一度起動してください：w2v explore", retry: "再試行",
    savePng: "地図を PNG で保存", saveCsv: "結果を CSV で保存", share: "ページを HTML で保存", copyLink: "リンクをコピー", copied: "リンクをコピーしました。", scale: "画像の大きさ",
    mapHelp: "{words} 語。矢印キーで移動、+ と − で拡大・縮小、0 で全体、Enter で中央の語を選びます。近い語はページの次の部分に表で示します。",
    mapOf: "{name} の地図", drawing: "地図を描いています…",
    kept: "最も近い 10 語のうち、地図上でも近い 10 語に入るのは {ten}、50 語に入るのは {fifty}", only: "描いたのは頻度上位 {count} 語",
    zoomIn: "拡大", zoomOut: "縮小", showAll: "全体を表示", rare: "まれ", other: "その他", frequent: "頻出",
    word: "語", cosine: "コサイン", count: "回数", words: "語（複数）",
    neighborsIntro: "この語と同じような文脈で使われる語です。検索するか、地図をクリックしてください。",
    neighborsOf: "{word} に近い語", occurs: "{count} 回出現", rank: "頻度は {total} 語中 {rank} 位",
    found: "{count} 語が見つかり、最も近いのは {word} です。", sumNote: "この和に最も近い語です。和に含まれる語は除きます。",
    analogyIntro: "A と B の関係は、何と C の関係に等しいか。ベクトル A − B + C と、それに最も近い語です。",
    a: "A", b: "B", c: "C", ask: "質問する", isTo: "{a} と {b} の関係は", toC: "と {c} の関係に等しい",
    planeTitle: "差 {b} → {a} を {c} に移したもの。輪は点 A − B + C、答えは {answer} です。",
    planeNote: "三つの語が張る平面。平面上の距離は実際の距離を超えません。",
    oddIntro: "仲間でないのはどれか。全体の平均から最も遠い語です。",
    oddFound: "{word} が仲間外れです。", oddCosine: "平均とのコサイン", separate: "三語以上、空白で区切る",
    compareIntro: "二つの語はどれくらい似ているか。両方に近い語は何か。",
    compareFound: "{a} と {b} のコサインは {cosine} です。",
    rankAmong: "{b} は {a} に {rank} 番目に近い語", nearBoth: "両方に近い語",
    axisIntro: "一つの方向、または二つの方向の平面に語を並べます。語を書くか、空欄にすると頻出語のうち最も外側のものを並べます。",
    negative: "から", positive: "まで", axisFound: "{negative} から {positive} へ。",
    negative2: "第二の軸、から", positive2: "第二の軸、まで",
    axesFound: "右へ：{negative} から {positive}。上へ：{negative2} から {positive2}。",
    axesNote: "各語は二つの方向とのコサインの位置にあります。二つの方向どうしのコサインは {cosine} で、0 なら互いに独立です。",
    axisWords: "並べる語（空欄でもよい）",
    explainIntro: "Embedding 層があなたの文に何をするか、その行がどこから来るか。",
    sentence: "文", working: "計算中…",
    unknown: "「{word}」は語彙にありません。", didYouMean: "もしかして", fill: "上の欄に記入してください。", beginWith: "まずはこの語から",
    changes: "変化", changesIntro: "二つのモデルで近い語が最も異なる語です。意味が変わったか、テキストが違うかです。",
    shared: "共通の近い語", changesAmong: "両方にある語は {count} 語。頻出語それぞれについて近い 25 語を比べます。",
    byCosine: "その語への近さ", lasso: "語を囲んで選ぶ", fromThese: "これらの語を軸の始点に", toThese: "これらの語を軸の終点に", selected: "{count} 語を選択", middle: "その中心にある語：",
    top: "語数", least: "最低出現回数", any: "1 回", times: "× {count}",
    slow: "時間がかかりすぎます。", nothing: "見つかりません。", notOnMap: "地図上にありません",
    ofSubwords: "語彙にない語：部分文字列から作られたもの",
    cluster: "クラスタ {number}：{names}",
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

// The languages of the explanation, which may be another than that of the page.
export const TOLD = { en: "English", es: "Español", zh: "中文", ja: "日本語" };

export function toldIn(state) {
  const own = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in TOLD);
  return [state.told, state.lang, own].find((tag) => tag in TOLD) ?? "en";
}
