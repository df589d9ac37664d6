import type { Connection } from 'mongoose';

/**
 * Calls `onElected` when another election has named the primary. A write that the primary of before had not passed on is
 * undone then, and what was read of it never was.
 * @param known the election of the primary of now
 */
export function watchElections(
  connection: Connection,
  known: string | undefined,
  onElected: () => void,
): void {
  let last = known;
  connection.getClient().on('serverDescriptionChanged', ({ newDescription: { type, electionId } }) => {
    if (type !== 'RSPrimary' || !electionId) return;
    const election = electionId.toString();
    if (last !== undefined && election !== last) onElected();
    last = election;
  });
}
