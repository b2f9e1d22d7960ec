// Returns the texts of a page whose contrast with what is behind them is below 4.5 (WCAG 2.1, 1.4.3), [[ratio, text]].
// What is behind is computed from background colours alone; the map is its darkest colour.
() => {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const opacity = (colour) => colour[3] ?? 1;
  const over = (front, back) => back.map((value, at) => value * (1 - opacity(front)) + front[at] * opacity(front));
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => value / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => {
    if (!one) return [255, 255, 255];
    if (one.classList.contains("map")) return [13, 20, 36];
    const own = numbers(getComputedStyle(one).backgroundColor);
    return opacity(own) === 1 ? own.slice(0, 3) : over(own, behind(one.parentElement));
  };
  const texts = (one) => {
    const style = getComputedStyle(one);
    const own = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    return [
      ...(own || one.value ? [[one instanceof SVGElement ? style.fill : style.color, one.textContent || one.value]] : []),
      ...(one.placeholder ? [[getComputedStyle(one, "::placeholder").color, one.placeholder]] : []),
    ];
  };
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.checkVisibility() && !one.closest("[disabled], title") && getComputedStyle(one).clipPath === "none")
    .flatMap((one) => texts(one).map(([colour, text]) => {
      const back = behind(one);
      const [low, high] = [luminance(over(numbers(colour), back)), luminance(back)].sort((a, b) => a - b);
      return [(high + 0.05) / (low + 0.05), text.slice(0, 30)];
    }))
    .filter(([ratio]) => ratio < 4.5);
}
