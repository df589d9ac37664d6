/**
 * `npm run lint:english [-- --count]`: checks the wording of comments, messages and documents by the rules of
 * CONTRIBUTING.md that a program can check. Prints each place as file:line, and exits with 1 if there is one.
 * `--count` prints the figures as well.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { forEachComment } from 'ts-api-utils';
import * as ts from 'typescript';

interface Passage {
  line: number;
  text: string;
  isComment: boolean;
}

const GENERATED = /^client\/schema\.d\.ts$|^contract\/(openapi|released)|^bench\/results\/|^tools\/lint\//;
const CODE = /\.[cm]?[jt]s$/;
const HASH_COMMENTS =
  /\.(ya?ml|template|conf|lua|service)$|(^|\/)(Dockerfile|\.git\w+|\.npmrc|\.editorconfig)$/;

const rules = [
  {
    name: 'A comment begins with a verb or with the name of the thing',
    pattern: /^(Of|Who|Whose|By|Told|Those|Where|As|Asked|Awaited)\b/g,
    inCommentsOnly: true,
  },
  {
    name: '"if" or "when", not "where", unless a place is meant',
    pattern:
      /(?<=^|[.;:,(—–-]\s?|\b(?:and|but|only|or|even|except)\s)[Ww]here(?= \w)|\bwhere(?= (it|they|there|this|that|those|these|one|no|none|nobody|nothing|something|neither|only|all|each|such)\b)/g,
  },
  { name: '"report", "return", "log" or "list", not "tell"', pattern: /\b(tell|tells|told|telling)\b/gi },
];

function passagesOfCode(file: string, source: string): Passage[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const lineOf = (position: number) => tree.getLineAndCharacterOfPosition(position).line + 1;
  const passages: Passage[] = [];
  const add = (position: number, text: string, isComment: boolean) =>
    void (/\w \w/.test(text) && passages.push({ line: lineOf(position), text, isComment }));
  let last: Passage | undefined;
  forEachComment(tree, (full, { kind, pos, end }) => {
    const body = full.slice(pos, end);
    const isLine = kind === ts.SyntaxKind.SingleLineCommentTrivia;
    const text = isLine
      ? body.slice(2).trim()
      : body
          .slice(2, -2)
          .replace(/^[\s*]+/gm, ' ')
          .trim();
    // Line comments that follow one another are one.
    const continued = isLine && last && lineOf(pos) === last.line + last.text.split('\n').length;
    if (continued) last!.text += `\n${text}`;
    else passages.push((last = { line: lineOf(pos), text, isComment: true }));
    if (!isLine) last = undefined;
  });
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      add(node.getStart(), node.text, false);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return passages;
}

const passagesOfLines = (source: string, comment?: RegExp): Passage[] =>
  source.split('\n').flatMap((text, index) => {
    const part = comment ? comment.exec(text)?.[1] : text;
    return part ? [{ line: index + 1, text: part, isComment: comment !== undefined }] : [];
  });

function passagesOf(file: string): Passage[] {
  const source = readFileSync(file, 'utf8');
  if (CODE.test(file)) return passagesOfCode(file, source);
  if (HASH_COMMENTS.test(file)) return passagesOfLines(source, /(?:^|\s)# ?(.*)$/);
  return file.endsWith('.md') || file.endsWith('.html') ? passagesOfLines(source) : [];
}

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file && !GENERATED.test(file));
const counts = { words: 0, comments: 0, found: rules.map(() => 0) };
for (const file of files)
  for (const { line, text, isComment } of passagesOf(file)) {
    counts.words += text.split(/\s+/).length;
    if (isComment) counts.comments += 1;
    rules.forEach(({ name, pattern, inCommentsOnly }, index) => {
      if (inCommentsOnly && !isComment) return;
      for (const match of text.matchAll(pattern)) {
        counts.found[index]! += 1;
        const at = line + text.slice(0, match.index).split('\n').length - 1;
        console.log(
          `${file}:${at}  "${text.slice(match.index, match.index + 40).replaceAll('\n', ' ')}"  ${name}`,
        );
      }
    });
  }
if (process.argv.includes('--count')) {
  const [openers, wheres, tells] = counts.found.map(Number) as [number, number, number];
  const share = (count: number) => ((count / counts.words) * 10_000).toFixed(1);
  console.log(`${counts.comments} comments, ${counts.words} words of comments, messages and documents`);
  console.log(`comment openers ${openers} (${((openers / counts.comments) * 100).toFixed(1)} %)`);
  console.log(
    `"where" for "if" ${wheres} (${share(wheres)} per 10,000 words), "tell" ${tells} (${share(tells)})`,
  );
}
if (counts.found.some((count) => count > 0)) process.exitCode = 1;
