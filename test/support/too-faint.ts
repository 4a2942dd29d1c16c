/** Evaluated in a page: returns texts whose contrast with their background is below 4.5 (WCAG 2.2, 1.4.3). */
export const TOO_FAINT = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *")].flatMap((element) => {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    if (!own || element.closest("[aria-hidden], script, noscript") || !element.checkVisibility()) return [];
    const [high, low] = [parse(getComputedStyle(element).color).slice(0, 3), behind(element)].map(luminance).sort((a, b) => b - a);
    const contrast = (high + 0.05) / (low + 0.05);
    return contrast >= 4.5 ? [] : [element.textContent.trim().slice(0, 30) + " " + contrast.toFixed(2)];
  });
})()`;
