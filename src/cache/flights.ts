interface Outcome<T> {
  found: T;
  /** When it was found, it was not older than anything acknowledged until its end. */
  holds: boolean;
}

interface Flight<T> {
  began: number;
  outcome: Promise<Outcome<T>>;
}

/** One load a key at a time; whoever asks meanwhile gets the same, unless it may be too old for them. */
export function createFlights<T>() {
  const flights = new Map<string, Flight<T>>();
  let clock = 0;

  return {
    /** A moment, to be taken where a request comes in. */
    now: () => (clock += 1),

    async join(key: string, arrived: number, work: () => Promise<Outcome<T>>): Promise<T> {
      // At most twice: whatever follows the first flight began after we came.
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
