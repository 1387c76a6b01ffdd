import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLogged } from './steps.mjs';

/** Installs exactly what package-lock.json lists, unless that is what is there. */
export function installNpmPackages(root, logs) {
  if (isInstalled(root)) return 'up to date';
  runLogged(['npm', 'ci', '--no-audit', '--no-fund'], { cwd: root, log: join(logs, 'npm.log') });
  return 'installed';
}

/** Whether node_modules holds the versions in package-lock.json, by npm's own record of it. */
export function isInstalled(root) {
  const recordPath = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(recordPath)) return false;
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const installed = packagesIn(recordPath);
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/')) return true;
    const found = installed[path];
    // npm leaves out optional packages that are for other machines.
    if (!found) return Boolean(entry.optional || entry.devOptional || entry.peer);
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

function packagesIn(lockfile) {
  return JSON.parse(readFileSync(lockfile, 'utf8')).packages;
}
