// Collects the drawings of the sample data set "Garden" from npm packages into media/garden. For maintainers; run by hand:
//   node scripts/garden/collect.mjs
// The packages are installed into a temporary folder and removed again: they are no dependencies of this project.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CLASSES, LICENSE_PACKAGE, VENDORS } from './sources.mjs';

const target = path.join(import.meta.dirname, '../../media/garden');
const temp = mkdtempSync(path.join(tmpdir(), 'garden-'));
const readJson = name => JSON.parse(readFileSync(path.join(temp, 'node_modules', name), 'utf8'));

/** A stand-alone SVG document 256 px wide: the frame that Iconify's data leaves out. The drawing itself is not changed. */
function svgOf(set, icon) {
  const [left, top] = [icon.left ?? set.left ?? 0, icon.top ?? set.top ?? 0];
  const [width, height] = [icon.width ?? set.width ?? 16, icon.height ?? set.height ?? 16];
  const scale = 256 / Math.max(width, height);
  const size = `width="${Math.round(width * scale)}" height="${Math.round(height * scale)}"`;
  const xlink = icon.body.includes('xlink:') ? ' xmlns:xlink="http://www.w3.org/1999/xlink"' : '';
  const viewBox = `viewBox="${left} ${top} ${width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg"${xlink} ${viewBox} ${size}>${icon.body}</svg>\n`;
}

/** Writes every drawing of one package that a class asks for, as <class>/<file>.svg. Returns how many. */
function collectVendor(vendor) {
  const set = readJson(`${vendor.package}/icons.json`);
  let count = 0;
  for (const [name, wanted] of Object.entries(CLASSES)) {
    for (const [variant, icons] of Object.entries(wanted)) {
      const found = icons.find(icon => icon in set.icons);
      if (!found) continue;
      const file = [vendor.file, variant].filter(Boolean).join('.');
      mkdirSync(path.join(target, name), { recursive: true });
      writeFileSync(path.join(target, name, `${file}.svg`), svgOf(set, set.icons[found]));
      count++;
    }
  }
  return count;
}

function licenceText(id) {
  const text = readJson(`${LICENSE_PACKAGE.name}/licenses/${id}.json`).licenseText;
  // The MIT licence asks for the copyright line of the work; the list holds a blank one.
  return text.replace('Copyright (c) <year> <copyright holders>', 'Copyright (c) Microsoft Corporation.');
}

function licencesPage(counts) {
  const rows = VENDORS.map(
    v => `| \`${v.file}\` | ${v.title} | ${v.author} | ${v.licence} | ${v.package} ${v.version} | ${counts.get(v)} |`,
  );
  return [
    '# Licences of the drawings',
    '',
    'The drawings in this folder are the work of others. They were taken unchanged from npm packages by `scripts/garden/collect.mjs`,',
    'which only put each into an SVG frame 256 pixels wide. A file is named after its set: `<class>/<set>.svg`, further drawings of the',
    'same set `<class>/<set>.<variant>.svg`. The full texts of the licences are in `licenses/`.',
    '',
    '| file | set | author | licence | package | drawings |',
    '| --- | --- | --- | --- | --- | ---: |',
    ...rows,
    '',
    '## Attribution',
    '',
    ...VENDORS.map(v => `- ${v.attribution}`),
    '',
    'Pictures made from these drawings (the sample data set) combine them with backgrounds, light, shadow, blur and noise. As some drawings are',
    'under CC BY-SA 4.0, the sample data set as a whole is to be shared under CC BY-SA 4.0, with this attribution.',
    '',
  ].join('\n');
}

try {
  const packages = [
    ...VENDORS.map(v => `${v.package}@${v.version}`),
    `${LICENSE_PACKAGE.name}@${LICENSE_PACKAGE.version}`,
  ];
  writeFileSync(path.join(temp, 'package.json'), '{"private":true}');
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages];
  execFileSync('npm', install, { cwd: temp, stdio: 'inherit', shell: process.platform === 'win32' });
  rmSync(target, { recursive: true, force: true });
  mkdirSync(path.join(target, 'licenses'), { recursive: true });
  const counts = new Map(VENDORS.map(v => [v, collectVendor(v)]));
  for (const id of new Set(VENDORS.map(v => v.licence))) {
    writeFileSync(path.join(target, 'licenses', `${id}.txt`), licenceText(id).trimEnd() + '\n');
  }
  writeFileSync(path.join(target, 'LICENSES.md'), licencesPage(counts));
  const total = [...counts.values()].reduce((a, b) => a + b, 0);
  console.log(`${total} drawings of ${Object.keys(CLASSES).length} classes in ${path.relative(process.cwd(), target)}`);
} finally {
  rmSync(temp, { recursive: true, force: true });
}
