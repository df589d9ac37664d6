import { percentile } from '../../../src/lib/percentile';
import { newPerson, post, type Session } from '../../../tools/kit/people';
import { openConnections, type Request } from '../../../tools/load/connections';
import type { Part, PartContext } from './part';

const rounds = 40;
/** Promise: the slowest median is at most so many times the quickest. */
const mostRatio = 1.05;

/** Signs a member up, and disables them if asked to. @returns the e-mail address */
async function newMember({ url, read }: PartContext, isDisabled = false): Promise<string> {
  const person = newPerson();
  const { user } = await post<Session>(`${url}/users/signup`, person);
  if (!isDisabled) return person.email;
  const headers = { ...read.headers, 'content-type': 'application/json' };
  const body = JSON.stringify({ disabled: true });
  const answer = await fetch(`${url}/users/${user._id}`, { method: 'PATCH', headers, body });
  if (!answer.ok) throw new Error(`Disabling a user: ${answer.status} ${await answer.text()}`);
  return person.email;
}

/** Compares how long log-ins with a wrong password take for names of each kind, in turns. */
async function measure(context: PartContext) {
  const { progress, url, faults } = context;
  const kinds = [
    { name: 'unknown', email: newPerson().email, times: [] as number[] },
    { name: 'disabled', email: await newMember(context, true), times: [] as number[] },
    { name: 'known', email: await newMember(context), times: [] as number[] },
  ];
  const opened = openConnections({ url, connections: 1 });
  const logIn = (email: string) =>
    new Promise<number>((resolve) => {
      const body = JSON.stringify({ email, password: 'not the password' });
      const headers = { 'content-type': 'application/json' };
      const request: Request = { method: 'POST', path: '/users/login', headers, body };
      const began = performance.now();
      opened.send(request, ({ status, error }) => {
        if (status !== 401) faults.push(`a log-in with a wrong password was answered ${error ?? status}`);
        resolve(performance.now() - began);
      });
    });
  try {
    const text = `${rounds} rounds: unknown, disabled and known names in turns`;
    await progress.step('log-ins', text, async () => {
      for (let round = 0; round < rounds; round += 1) {
        // Each kind goes first as often.
        for (let turn = 0; turn < kinds.length; turn += 1) {
          const { email, times } = kinds[(round + turn) % kinds.length]!;
          times.push(await logIn(email));
        }
      }
    });
  } finally {
    await opened.close();
  }
  const medians = kinds.map(({ times }) => percentile(times, 0.5));
  const ratio = Math.max(...medians) / Math.min(...medians);
  const shown = kinds.map(({ name }, index) => `${name} ${medians[index]!.toFixed(1)} ms`).join(', ');
  const result = `log-ins with a wrong password: ${shown}; ratio ${ratio.toFixed(3)}`;
  console.log(result);
  if (ratio > mostRatio) faults.push(`${result}; aim ${mostRatio}`);
}

export const logIns: Part = { apiWorkers: 2, measure };
