export const ownUid: number;
export function privateFolderFault(folder: string): string | undefined;
export function makePrivateFolder(folder: string): string | undefined;
