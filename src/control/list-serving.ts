import { askAll } from './control-client';
import { listLiving } from './control-folder';

/**
 * The names of the processes that run: those that stand still as well. Asking takes away the sockets of those that
 * were killed, whose number may be another process's by now.
 */
export async function listServing(folder: string): Promise<string[]> {
  await askAll(folder, '/status');
  return [...new Set(listLiving(folder).map(({ name }) => name))].sort();
}
