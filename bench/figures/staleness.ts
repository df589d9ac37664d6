const VERSION = /^(?:W\/)?"(\d+)\./;

/** From a task's tag; NGINX weakens it where it compresses. */
export const versionOf = (tag: string | undefined): number | undefined => {
  const version = VERSION.exec(tag ?? '')?.[1];
  return version === undefined ? undefined : Number(version);
};

/**
 * Knows what was acknowledged, and so how old an answer may be. A write whose answer comes after a read was
 * sent overlaps it: the read may show either.
 */
export function createStalenessJudge() {
  const acknowledged = new Map<string, number>();
  const newest = (id: string) => acknowledged.get(id) ?? 0;

  return {
    /** Answers to writes of one thing may arrive in another order than they were made. */
    acknowledge(id: string, version: number): void {
      acknowledged.set(id, Math.max(version, newest(id)));
    },
    /** To be called when the read is sent. @returns whether an answer with that version is stale */
    readBegins(id: string): (version: number) => boolean {
      const oldest = newest(id);
      return (version) => version < oldest;
    },
  };
}
