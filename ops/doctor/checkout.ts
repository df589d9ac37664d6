import { isBuilt } from '../set-up/build';
import { findingsOf } from '../../src/doctor/finding';

const { ok, warning, error } = findingsOf('This folder');

/** Set at the start of the process: scripts/bootstrap.js has compared the packages. */
export const checkout = { arePackagesInstalled: true };

/** Whether what is installed and built is what the sources ask for. */
export function examineCheckout(root: string) {
  return [
    // An older one doesn't get as far as this: scripts/bootstrap.js refuses it.
    ok(`Node ${process.versions.node}`),
    checkout.arePackagesInstalled
      ? ok('packages as in package-lock.json')
      : error('The packages are not those of package-lock.json', 'npm ci, or npm start, which does it'),
    isBuilt(root)
      ? ok('dist is made of these sources')
      : warning(
          'dist is older than the sources: the running build is an older one',
          'npm run reload, or npm start if nothing runs',
        ),
  ];
}
