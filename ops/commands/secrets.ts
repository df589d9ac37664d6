import { flag } from '../../src/command-line/arguments';
import { createProgress } from '../../tools/command/progress';
import { UsageError, UserError } from '../../tools/command/run-command';
import { runMain } from '../../tools/command/run-main';
import type { Stack } from '../stack/types';
import { alone, createLocalStack, root } from '../local/local-stack';
import { otherHosts } from '../secrets/other-hosts';
import { rotateKeys } from '../secrets/rotate-keys';
import { rotatePassword } from '../secrets/rotate-password';

const titles = { redis: 'Redis', rabbit: 'RabbitMQ', mongo: 'MongoDB' };
const kinds = ['jwt', ...Object.keys(titles)];
const isServer = (kind: string): kind is keyof typeof titles => Object.hasOwn(titles, kind);

const command = {
  call: 'npx taskfleet secrets',
  about:
    'Replaces a secret of the stack while it serves: no request fails, and no token is refused. What was interrupted goes on with the next call.',
  options: { now: flag('of jwt: ends all tokens of before at once, for a key that was stolen') },
  operands: {
    rotate: 'the only thing to do with a secret',
    '[SECRET]': `one of ${kinds.join(', ')}: the key of the tokens (the default), or the password of a server of this stack`,
  },
};

/** Another host would refuse the tokens of a key that it does not know. */
async function requireNoOtherHost(stack: Stack) {
  const others = await otherHosts(stack.info().env);
  if (others.length > 0)
    throw new UserError(
      `${others.join(', ')} would refuse the tokens of a key that is made here. Nothing was changed.\n` +
        'docs/hosts.md#keys-and-ports says how to replace the key on several hosts.',
    );
}

async function rotateJwt(isNow: boolean) {
  const stack = createLocalStack();
  await requireNoOtherHost(stack);
  await createProgress().step(
    'secrets',
    'a new key of the tokens',
    (tell) => rotateKeys(stack, { isNow, ...tell }),
    ({ signs, ends, until }) =>
      `key ${signs} signs; tokens of ${ends} ${isNow ? 'have ended' : `count until ${until.toISOString()}`}`,
  );
}

async function rotateServer(name: keyof typeof titles) {
  await createProgress().step(
    'secrets',
    `a new password of ${titles[name]}`,
    (tell) => rotatePassword(createLocalStack(), name, { root, ...tell }),
    () => `${titles[name]} has a new password`,
  );
}

export const run = (args: string[]) =>
  runMain(args, command, async ({ values, positionals: [verb, kind = 'jwt'] }) => {
    if (verb !== 'rotate') throw new UsageError(`${verb ?? 'Nothing'} is given; only rotate is possible.`);
    if (!kinds.includes(kind))
      throw new UsageError(`Unexpected argument '${kind}': it must be one of ${kinds.join(', ')}.`);
    if (values.now && kind !== 'jwt') throw new UsageError('--now is possible for jwt only.');
    await alone(() => (isServer(kind) ? rotateServer(kind) : rotateJwt(values.now ?? false)));
  });
