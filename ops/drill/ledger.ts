// @ts-nocheck
import { sleep } from '../../tools/command/run-command';

const requestMs = 20_000;
const pauseMs = 15;

/** A picture of its own, so that each upload is a job of its own. */
async function newPicture() {
  const sharp = require('sharp');
  const [r, g, b] = [0, 0, 0].map(() => Math.floor(Math.random() * 256));
  return sharp({ create: { width: 64, height: 64, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
}

/** Requests as clients send them, and a record of what was acknowledged and of what was refused how. */
export async function createLedger({
  url,
  email,
  password,
}: {
  url: string;
  email: string;
  password: string;
}) {
  const created: any[] = [];
  const jobs: any[] = [];
  /** Since the last `take`. */
  let counts = {};
  const count = (what: string) => (counts[what] = (counts[what] ?? 0) + 1);
  let token = '';
  let stopped = false;

  /** @returns status 0: no answer, whatever it did is unknown */
  async function send(
    method: string,
    place: string,
    body: string | undefined,
    type = 'application/json',
  ): Promise<{ status: number; body: any }> {
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': type }),
    };
    const signal = AbortSignal.timeout(requestMs);
    try {
      const response = await fetch(`${url}${place}`, { method, headers, body, signal });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json');
      const isRefusal = [502, 503, 504].includes(response.status);
      if (isRefusal && !response.headers.has('retry-after')) count(`${response.status} without Retry-After`);
      return { status: response.status, body: isJson ? JSON.parse(text) : undefined };
    } catch {
      return { status: 0, body: undefined };
    }
  }

  const logIn = await send('POST', '/users/login', JSON.stringify({ email, password }));
  if (logIn.status !== 200) throw new Error(`The log-in answers ${logIn.status}`);
  token = logIn.body.token;
  const { _id: userId } = logIn.body.user;

  async function create() {
    const { status, body } = await send('POST', '/tasks', JSON.stringify({ title: 'Drill' }));
    if (status === 201) created.push(body._id);
    return status;
  }
  async function upload() {
    const { status, body } = await send('PUT', `/users/${userId}/avatar`, await newPicture(), 'image/png');
    if (status === 202) jobs.push(body._id);
    return { status, id: body?._id };
  }
  await create();
  const known = `/tasks/${created[0]}`;
  const kinds = {
    read: async () => (await send('GET', known)).status === 200,
    list: async () => (await send('GET', '/tasks?limit=5')).status === 200,
    write: async () => (await create()) === 201,
  };

  async function client(kind: string | number) {
    while (!stopped) {
      count(`${kind} ${(await kinds[kind]()) ? 'served' : 'refused'}`);
      await sleep(pauseMs);
    }
  }
  const clients = ['read', 'read', 'read', 'read', 'list', 'write', 'write'].map(client);

  return {
    /** Whether each kind of work is done: reads, writes, and a job to its end. */
    async isServed() {
      const answers = await Promise.all(Object.values(kinds).map((work) => work()));
      if (answers.includes(false)) return false;
      const { status, id } = await upload();
      if (status !== 202) return false;
      for (let i = 0; i < 20; i += 1) {
        if ((await send('GET', `/jobs/${id}`)).body?.status === 'done') return true;
        await sleep(100);
      }
      return false;
    },
    take() {
      const taken = counts;
      counts = {};
      return taken;
    },
    async stop() {
      stopped = true;
      await Promise.all(clients);
    },
    /** What was acknowledged and is not there. */
    async findLost(): Promise<string[]> {
      const lost = [];
      for (const id of created) {
        if ((await send('GET', `/tasks/${id}`)).status !== 200) lost.push(`task ${id}`);
      }
      for (const id of jobs) {
        const job = (await send('GET', `/jobs/${id}`)).body;
        if (job?.status !== 'done') lost.push(`job ${id} (${job?.status ?? 'gone'})`);
      }
      return lost;
    },
    acknowledged: () => ({ tasks: created.length, jobs: jobs.length }),
  };
}
