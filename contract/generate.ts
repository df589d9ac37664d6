import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generatedFiles } from './generated-files';

/** `npm run generate`, after a change of a declaration, of a route or of a variable; `--check` only tells what isn't current. */
async function main(): Promise<void> {
  const isCheck = process.argv.includes('--check');
  for (const [file, content] of Object.entries(await generatedFiles())) {
    const kept = await readFile(file, 'utf8').catch(() => '');
    if (kept === content) continue;
    if (isCheck) {
      process.exitCode = 1;
      console.error(`${file} is not what is declared: run \`npm run generate\``);
      continue;
    }
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    console.log(`wrote ${file}`);
  }
}

void main();
