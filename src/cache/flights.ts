interface Outcome<T> {
  found: T;
  /** True if no write acknowledged during the load can have made it stale. */
  holds: boolean;
}

interface Flight<T> {
  began: number;
  outcome: Promise<Outcome<T>>;
}

/** Runs one load for each key at a time. Callers meanwhile share it, unless it may be too old for them. */
export function createFlights<T>() {
  const flights = new Map<string, Flight<T>>();
  let clock = 0;

  return {
    /** A moment on the flights' own clock: take it when a request arrives. */
    now: () => (clock += 1),

    async join(key: string, arrived: number, work: () => Promise<Outcome<T>>): Promise<T> {
      // At most twice: any flight after the first began after this call arrived.
      for (let flight = flights.get(key); flight; flight = flights.get(key)) {
        const isLater = flight.began > arrived;
        const outcome = await flight.outcome.catch((error: Error) => {
          if (isLater) throw error;
        });
        if (outcome && (isLater || outcome.holds)) return outcome.found;
      }
      const outcome = work().finally(() => flights.delete(key));
      flights.set(key, { began: (clock += 1), outcome });
      return (await outcome).found;
    },
  };
}
