/** `inside.ts FAULTS-FILE COMPOSE PART…` is the drill in the network namespace of its clients. */
import { startEngineOn } from '../engine/hosts';
import { loadImages } from '../engine/images';
import { main, runPart } from '../network/run-inside';
import { parts } from './parts';
import { archive, HOST, network, versions } from './places';
import { stackOn } from './stack';

main(async ({ progress, faults, args: [compose = '', ...only] }) => {
  const engine = await progress.step('engine', 'a Docker Engine', () => startEngineOn(network, HOST));
  try {
    await progress.step('images', 'copying them to it', () => loadImages([engine], archive));
    const stack = stackOn(engine, JSON.parse(compose) as string[]);
    await stack.take(versions[0]);
    await progress.step('stack', 'docker compose up --wait', () => stack.up());
    const account = await stack.account();
    for (const name of only)
      await runPart(faults, name, () =>
        progress.step('part', name, () => parts[name]!({ progress, stack, account, faults })),
      );
  } finally {
    await progress.step('engine', 'stopping', () => engine.stop());
  }
});
