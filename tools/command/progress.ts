import { interruption } from './run-command';

/** Long steps say at least this often that they live. */
const heartbeatMs = 8_000;

export const inSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** One step of a long command: `say` prints a line, `status` sets the text of the next heartbeat. */
export interface Step {
  say: (text: string) => void;
  status: (text: string) => void;
}

export type Progress = ReturnType<typeof createProgress>;

/** Prints plain lines with the time since the command began; steps may run side by side. */
export function createProgress({
  write = (line) => console.log(line),
}: { write?: (line: string) => void } = {}) {
  const start = Date.now();
  const line = (name: string, text: string) =>
    write(`${inSeconds(Date.now() - start).padStart(8)}  ${name.padEnd(9)} ${text}`);

  /**
   * @param text what begins
   * @param work `say` prints a line, `status` sets the text of the next heartbeat
   * @param summarize returns the text of the last line
   */
  async function step<T>(
    name: string,
    text: string,
    work: (step: Step) => Promise<T>,
    summarize: (result: T) => string = () => 'done',
  ): Promise<T> {
    const began = Date.now();
    let said = Date.now();
    let status = text;
    const say = (news: string) => {
      said = Date.now();
      line(name, news);
    };
    say(text);
    const heartbeat = setInterval(() => {
      if (interruption.signal.aborted) return;
      if (Date.now() - said >= heartbeatMs - 500)
        say(`… ${status} (${Math.round((Date.now() - began) / 1000)} s)`);
    }, heartbeatMs / 4);
    try {
      const result = await work({ say, status: (news) => (status = news) });
      line(name, `✓ ${summarize(result)} (${inSeconds(Date.now() - began)})`);
      return result;
    } catch (error) {
      if (!interruption.signal.aborted) line(name, '✗ failed: see below');
      throw error;
    } finally {
      clearInterval(heartbeat);
    }
  }

  return { step, line };
}
