import { isBuilt, isHeld } from '../set-up/build';
import { findingsOf } from '../../src/doctor/finding';

const { ok, warning, error } = findingsOf('This folder');

/** Set at the start of the process: scripts/bootstrap.js has compared the packages. */
export const checkout = { arePackagesInstalled: true };

/** Checks that the packages and the build are those that the sources ask for. */
export function examineCheckout(root: string) {
  return [
    // scripts/bootstrap.js refuses an older one.
    ok(`Node ${process.versions.node}`),
    checkout.arePackagesInstalled
      ? ok('packages as in package-lock.json')
      : error('The packages are not those of package-lock.json', 'npm ci, or npm start, which does it'),
    isHeld(root)
      ? warning('A rollback left these sources, so an older build runs', 'npm run reload releases them again')
      : isBuilt(root)
        ? ok('dist is built from these sources')
        : warning(
            'dist is older than the sources, so an older build runs',
            'npm run reload, or npm start if nothing runs',
          ),
  ];
}
