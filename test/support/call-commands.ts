// Calls commands one after the other in one process, since each process takes a second to load them:
//   node -r scripts/bootstrap.js test/support/call-commands.ts CALLS ANSWERS FOLDER…
// CALLS and ANSWERS are files of JSON; FOLDER is a folder in which no command may change anything.
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { main } from '../../ops/cli';

export interface Answer {
  status: number | null;
  stdout: string;
  stderr: string;
  /** Files and folders that were made, changed or removed. */
  changed?: string[];
}

/** Each file and folder with when it was changed. Without the types of its entries Node would follow links to folders. */
export const everythingIn = (places: string[]): string[] =>
  places
    .flatMap((place) => {
      const entries = readdirSync(place, { recursive: true, withFileTypes: true });
      return [place, ...entries.map(({ parentPath, name }) => path.join(parentPath, name))];
    })
    .map((file) => `${file} ${lstatSync(file).mtimeMs}`);

/** What is in one list only. */
export const differenceOf = (before: string[], after: string[]): string[] => {
  const [old, fresh] = [new Set(before), new Set(after)];
  return [...before.filter((line) => !fresh.has(line)), ...after.filter((line) => !old.has(line))];
};

async function callEach(calls: string[][], places: string[]): Promise<Answer[]> {
  let answer: Answer;
  const collect = (name: 'stdout' | 'stderr') => (text: string) => {
    answer[name] += text;
    return true;
  };
  process.stdout.write = collect('stdout');
  process.stderr.write = collect('stderr');
  // It is the last that a command does.
  process.exit = ((status: number) => (answer.status ??= status)) as typeof process.exit;
  // Each command listens to signals and to its output.
  for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0);
  const answers: Answer[] = [];
  let before = everythingIn(places);
  for (const args of calls) {
    answer = { status: null, stdout: '', stderr: '' };
    await main(args, true);
    process.exitCode = undefined;
    const after = everythingIn(places);
    answers.push({ ...answer, changed: differenceOf(before, after) });
    before = after;
  }
  return answers;
}

if (require.main === module) {
  const { exit } = process;
  const [calls = '', answers = '', ...places] = process.argv.slice(2);
  void callEach(JSON.parse(readFileSync(calls, 'utf8')) as string[][], places).then((given) => {
    writeFileSync(answers, JSON.stringify(given));
    exit(0);
  });
}
