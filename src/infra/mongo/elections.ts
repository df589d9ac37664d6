import type { Connection } from 'mongoose';

/**
 * Calls `onElected` when another election has named the primary. The new primary may lack writes that the old one had not
 * replicated. They are rolled back, so answers that show them were never valid.
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
