import type { OpsSnapshot } from '../../src/ops/ops-types';
import type { TestApi } from './api';
import { portOf } from './listen';

/** Watches the live page at this worker until `isOver` returns true. @returns the snapshots */
export async function watchOps(
  api: Pick<TestApi, 'server'>,
  { token }: { token: string },
  isOver: (events: OpsSnapshot<string>[]) => boolean,
): Promise<OpsSnapshot<string>[]> {
  const response = await fetch(`http://127.0.0.1:${portOf(api.server)}/ops/events`, {
    headers: { Authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(30_000),
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const events: OpsSnapshot<string>[] = [];
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream() as never)) {
    text += String(chunk);
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks.filter((one) => one.startsWith('data: ')))
      events.push(JSON.parse(block.slice(6)) as OpsSnapshot<string>);
    if (isOver(events)) break;
  }
  return events;
}
