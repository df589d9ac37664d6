import { MultiBar, Presets } from 'cli-progress';

export type Progress = ReturnType<typeof createProgress>;

/** Prints a line per finished run and, on a terminal, a bar with the time left. */
export function createProgress(out: NodeJS.WriteStream = process.stdout) {
  const began = Date.now();
  const bars = out.isTTY
    ? new MultiBar(
        {
          stream: out,
          format: '{bar} {percentage} %  {eta_formatted} left  {what}',
          barsize: 24,
          hideCursor: true,
          clearOnComplete: true,
          etaBuffer: 20,
          gracefulExit: false,
          // Otherwise it cuts off what is wider than the terminal.
          linewrap: true,
        },
        Presets.shades_classic,
      )
    : undefined;
  let bar: ReturnType<MultiBar['create']> | undefined;

  return {
    say(text: string): void {
      const seconds = `${((Date.now() - began) / 1_000).toFixed(1)} s`;
      const line = `${seconds.padStart(8)}  ${text}\n`;
      if (bar) bars?.log(line);
      else out.write(line);
    },
    /** @param seconds estimate for everything */
    begin(seconds: number): void {
      bar = bars?.create(Math.ceil(seconds), 0, { what: '' });
    },
    /** Shows what is under way. */
    show(what: string): void {
      bar?.update({ what });
    },
    /** @param seconds estimate for the step that has ended */
    advance(seconds: number): void {
      bar?.increment(seconds);
    },
    end(): void {
      bars?.stop();
      bar = undefined;
    },
  };
}
