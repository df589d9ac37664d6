// Globals of mongosh that health-check.js uses.
interface Database {
  getSiblingDB(name: string): Database;
  runCommand(command: object): { users: { customData?: { made: string } }[]; roles: object[] };
  auth(user: string, password: string | undefined): unknown;
  hello(): { isWritablePrimary: boolean };
}
declare const db: Database;
declare const rs: { initiate(config: object): unknown };
declare function quit(status: number): never;
declare function print(text: string): void;
