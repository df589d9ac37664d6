const VERSION = /^(?:W\/)?"(\d+)\./;

/** Returns the version in a task's ETag; NGINX weakens the tag of an answer that it compresses. */
export const versionOf = (tag: string | undefined): number | undefined => {
  const version = VERSION.exec(tag ?? '')?.[1];
  return version === undefined ? undefined : Number(version);
};

/**
 * Knows which versions were acknowledged, and so how old an answer may be. A write that is answered after a read was
 * sent overlaps the read, which may return either version.
 */
export function createStalenessJudge() {
  const acknowledged = new Map<string, number>();
  const newest = (id: string) => acknowledged.get(id) ?? 0;

  return {
    /** Answers to writes of one task may come in another order than the writes. */
    acknowledge(id: string, version: number): void {
      acknowledged.set(id, Math.max(version, newest(id)));
    },
    /**
     * Call it when the read is sent.
     * @returns a function that returns true if an answer with this version is stale
     */
    readBegins(id: string): (version: number) => boolean {
      const oldest = newest(id);
      return (version) => version < oldest;
    },
  };
}
