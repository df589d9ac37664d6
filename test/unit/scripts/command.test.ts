import { spawn } from 'node:child_process';
import path from 'node:path';

const command = path.join(__dirname, '..', '..', '..', 'scripts', 'command', 'run-main.js');
const main = `
  const { runMain } = require(${JSON.stringify(command)});
  void runMain(async () => {
    for (let i = 0; i < 20; i += 1) {
      console.log('line ' + i);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    console.error('came to its end');
  });`;

it('brings what it does to its end, and says nothing of it, where nobody reads its output any more', async () => {
  const child = spawn(process.execPath, ['-e', main], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += chunk));
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect({ code, errors }).toEqual({ code: 0, errors: 'came to its end\n' });
});
