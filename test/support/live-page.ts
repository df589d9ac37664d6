import { usePage } from './browser';
import { useCluster } from './cluster';
import { use } from './use';

/** The live page of a cluster in Chromium. */
export function useLivePage() {
  const cluster = useCluster();
  const admin = use(() => cluster.buildAdmin());
  const page = usePage(cluster);
  const card = (name: string) => page().locator(`[data-worker="${name}"]`);
  return {
    cluster,
    admin,
    /** Returns the page once the hooks have opened it. */
    page,
    card,
    chips: (name: string) => page().locator(`[data-lane="${name}"] .chip`),
    inState: (name: string, state: string) =>
      page().locator(`[data-worker="${name}"][data-state="${state}"]`).waitFor(),
    async logIn(password = admin.password): Promise<void> {
      await page().getByLabel('E-mail or user name').fill(admin.email);
      await page().getByLabel('Password').fill(password);
      await page().getByRole('button', { name: 'Log in' }).click();
    },
    /** Opens the page, logs in and waits for both workers. */
    async open(): Promise<void> {
      await page().goto(`${cluster.url}/ops`);
      await this.logIn();
      await Promise.all([card('api-0').waitFor(), card('api-1').waitFor()]);
    },
  };
}
