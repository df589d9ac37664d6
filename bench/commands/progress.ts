import { MultiBar, Presets } from 'cli-progress';

export type Progress = ReturnType<typeof createProgress>;

/** A bar with the time that is left on a terminal, and a line for each finished run everywhere. */
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
          // Without, what doesn't fit into the terminal's width would be left out.
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
    /** @param seconds that all of it takes, about */
    begin(seconds: number): void {
      bar = bars?.create(Math.ceil(seconds), 0, { what: '' });
    },
    /** What is under way now. */
    show(what: string): void {
      bar?.update({ what });
    },
    /** @param seconds that what is finished had been thought to take */
    advance(seconds: number): void {
      bar?.increment(seconds);
    },
    end(): void {
      bars?.stop();
      bar = undefined;
    },
  };
}
