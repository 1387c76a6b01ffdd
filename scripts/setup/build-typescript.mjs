import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from './fingerprint.mjs';
import { runLogged } from './steps.mjs';

const PACKAGES = ['packages/torch', 'packages/pcrl'];

/** Compiles the packages unless `dist` was compiled from the same sources. */
export function buildTypeScript(root, logs) {
  const record = join(root, 'packages/pcrl/dist/.built-from');
  const wanted = fingerprint([
    join(root, 'tsconfig.base.json'),
    join(root, 'package-lock.json'),
    ...PACKAGES.flatMap((name) => [join(root, name, 'tsconfig.json'), join(root, name, 'src')]),
  ]);
  const outputs = PACKAGES.map((name) => join(root, name, 'dist/index.js'));
  const isThere = [record, ...outputs].every((path) => existsSync(path));
  if (isThere && readFileSync(record, 'utf8') === wanted) return 'up to date';
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  runLogged([process.execPath, compiler, '--build', ...PACKAGES], {
    cwd: root,
    log: join(logs, 'typescript.log'),
  });
  writeFileSync(record, wanted);
  return 'built';
}
