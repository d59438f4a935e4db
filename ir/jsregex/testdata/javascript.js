// Writes javascript.json beside it: what JavaScript makes of patterns, and of random ones. Usage: node javascript.js
const fs = require('fs');
const path = require('path');

const texts = ['', 'a', 'abc', 'aabbcc', 'Hello, World', 'a-b_c 1.2', 'naïve café', '日本 語', 'tab\there\nnew', '😀x😀', 'xyzxyz', 'foo123bar45', '  pad  ', 'a\u2028b\u00a0c'];
const patterns = [
  '', 'a', 'a*', 'a*?', 'b+?', '^', '$', '^a|c$', '\\b', '\\B', '\\bfoo', '.', '[^]', '[]', '[^a]', '\\w+', '\\W', '\\d{2}', '\\s+', '\\S',
  '(a)(b)?', '(a|ab)(c|bcd)?', '(a*)*', '(a*)+', '(|a)*', '(|a)?', '(|a)+', '(?:a|b)*?c', '((a)|b)*', '(?:(a)|b|c)*', '(z)((a+)?(b+)?(c))*', '(a?)??b',
  '(?<first>\\w)(?<second>\\w)', '[a-c]+', '[\\w-]+', '[a-\\d]', '[-a]', '[a-]', '\\x61', '\\u0061', '\\u{2}', '\\141', '\\0', '\\8', '\\cJ', '[\\b]', '[\\c]', '\\c',
  'a{2}', 'a{,2}', 'a{1,}b', 'x{0}', '{', '}', ']', 'a{1', '\\p{L}', '[[:alpha:]]', '\\/', '\\-', '\\t|\\n', 'é', '[é-ï]', '日.', '😀', '[😀]', '(.)', '(.).(.)',
  '(?:a|aa)+b', '(?:x|xy|xyz)+', '(xyz){2}', '(?:a{0,2}){2}c?', '(?:(?:a|b){1,2}){2}', 'l+|o', '(\\w+), (\\w+)', '^\\s*|\\s*$', '(a)|(b)|(c)', '(?:)*a', '(?:^|b)c?', '\\k', '(?:a|)*?b',
];
const rewrites = ['-', '', '$&$&', '[$1]', '$2$1', "$`|$'", '$$', '$0', '$10', '$01', '$99', '$', '$<first>', '$<x>', '$<', '\\1', 'é😀'];

// The same random patterns every time.
let seed = 7;
const below = n => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % n; };
const one = list => list[below(list.length)];
function draw(depth) {
  const atoms = ['a', 'b', 'c', '[ab]', '[^a]', '.', '\\b', '^', '$', '', 'ab'];
  switch (depth > 0 ? below(6) : 5) {
    case 0: return draw(depth - 1) + draw(depth - 1);
    case 1: return draw(depth - 1) + '|' + draw(depth - 1);
    case 2: return '(' + draw(depth - 1) + ')';
    case 3: return '(?:' + draw(depth - 1) + ')' + one(['*', '+', '?', '*?', '+?', '??', '{2}', '{0,2}', '{1,2}?']);
    case 4: return '(' + draw(depth - 1) + ')' + one(['*', '+', '?', '*?', '{2}', '{1,}']);
  }
  return one(atoms);
}
function word() {
  let s = '';
  for (let n = below(8); n > 0; n--) s += one(['a', 'b', 'c', ' ']);
  return s;
}

const utf8 = s => Buffer.from(s, 'utf8').toString('utf8'); // halves of characters become U+FFFD
const lines = [];
function add(pattern, rewrite, all, list) {
  let re, want = null;
  try { re = new RegExp(pattern, all ? 'g' : ''); } catch (e) { list = []; }
  if (re) want = list.map(t => utf8(t.replace(re, rewrite)));
  lines.push(JSON.stringify({ pattern, rewrite, all, texts: list, want }));
}
for (const [i, p] of patterns.entries()) {
  add(p, '<$1>', true, texts);
  add(p, rewrites[i % rewrites.length], i % 2 === 0, texts);
}
for (const r of rewrites) for (const p of ['(b)(c)', '(?<first>o)', 'x', '(a)(b)(c)(d)?(e)?(f)?(g)?(h)?(i)?(j)?(x)?']) add(p, r, true, texts);
for (const p of ['*', 'a**', '(', ')', '[', '[b-a]', 'a{2,1}', '\\', '+a', '{1}', '(?i)a', '(?P<n>a)', '(?<n>a)(?<n>b)', '^*', '(?<>a)']) add(p, '', true, []);
for (let i = 0; i < 1500; i++) add(draw(4), '<$1|$2>', below(4) > 0, [word(), word(), word()]);
fs.writeFileSync(path.join(__dirname, 'javascript.json'), '[\n' + lines.join(',\n') + '\n]\n');
