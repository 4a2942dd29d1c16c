/** Evaluated in a page: returns words of names and headings that are broken although they would fit on one line. */
export const BROKEN_TEXT = `(() => {
  const broken = [];
  for (const element of document.querySelectorAll("h1, h2, .title, .line, button")) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const { 0: word, index } of node.data.matchAll(/[^\\s-]+/g)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        if (lines.size > 1 && word.length <= 14) broken.push(word);
      }
    }
  }
  return broken;
})()`;
