// Installers for every system: `npm run package`, or electron-builder with `--config build/electron-builder.mjs`.
// electron-builder refuses keys that it does not know, so this file is checked whenever it is used.
import { join } from 'node:path'
import { placeAddon } from './addon.mjs'

/** @param {string} name */
const linux = (name) => join(import.meta.dirname, 'linux', name)

/** What deb and rpm install beside the program: source=target. */
const SYSTEM_FILES = [
  ['andon.service', '/usr/lib/systemd/system/andon.service'],
  ['sysusers.conf', '/usr/lib/sysusers.d/andon.conf'],
  ['tmpfiles.conf', '/usr/lib/tmpfiles.d/andon.conf'],
  // 60: before 99-sysctl.conf, where an administrator's own value stands.
  ['sysctl.conf', '/usr/lib/sysctl.d/60-andon.conf'],
].map(([source, target]) => `${linux(source ?? '')}=${target}`)

const scripts = {
  afterInstall: linux('after-install.sh'),
  afterRemove: linux('after-remove.sh'),
  fpm: ['--before-remove', linux('before-remove.sh'), ...SYSTEM_FILES],
}

/** Without a page of its own, deb and rpm cannot be built; the release sets the real one. */
const homepage = process.env['ANDON_HOMEPAGE'] ?? 'https://andon.example/'

/** What a program is made of; each system adds what it leaves out. */
const FILES = [
  'out/**',
  '!out/{.built,LICENSES.txt}',
  '!out/main/demo.js',
  'package.json',
  'LICENSE',
  '!**/*.map',
  // Bundled into out/main.
  '!node_modules/{typebox,yaml,openid-client,oauth4webapi,jose,pino,prom-client,ws,fflate}/**',
  '!node_modules/{fastify,@fastify,ajv,fast-json-stringify,find-my-way,light-my-request}/**',
  // Only compiling needs these.
  '!node_modules/{nan,node-addon-api}/**',
  '!node_modules/@photostructure/sqlite/{src,scripts}/**',
  '!node_modules/@photostructure/sqlite/binding.gyp',
  '!node_modules/unix-dgram/{src,test}/**',
  '!node_modules/unix-dgram/binding.gyp',
  '!node_modules/unix-dgram/build/!(Release)',
  '!node_modules/unix-dgram/build/Release/!(unix_dgram.node)',
  '!node_modules/unix-dgram/build/Release/{.deps,obj.target,obj}/**',
  '!node_modules/unix-dgram/bin/**',
  // What packages bring along for those who work on them.
  '!node_modules/**/{benchmark,benchmarks,bench,docs,examples,integration,specs}/**',
  '!node_modules/**/*.{ts,mts,cts,md,markdown,tsbuildinfo,yml,gyp,gypi}',
  '!node_modules/**/{eslint.config.js,tsconfig.json,tsconfig.*.json}',
]

/** @type {import('electron-builder').Configuration} */
export default {
  appId: 'io.andon.panel',
  productName: 'Andon',
  copyright: 'Copyright © 2026 The Andon authors',
  directories: { output: 'dist', buildResources: 'build' },
  extraMetadata: { homepage },
  // For latest*.yml beside the packages, and app-update.yml within them. Where updates are looked for stands in the panel's
  // own configuration, and is nowhere by default; nothing is uploaded by a build.
  publish: { provider: 'generic', url: homepage },
  toolsets: { appimage: '1.0.3' },
  artifactName: '${name}-${version}-${os}-${arch}.${ext}',

  asar: true,
  // A native addon is loaded by the system, which cannot read archives.
  asarUnpack: ['node_modules/**/*.node'],
  npmRebuild: false,
  afterPack: placeAddon,
  extraResources: [
    { from: 'build/andon.example.yaml', to: 'andon.example.yaml' },
    { from: 'build/plant.schema.json', to: 'plant.schema.json' },
    { from: 'out/LICENSES.txt', to: 'LICENSES.txt' },
  ],
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    grantFileProtocolExtraPrivileges: false,
    enableCookieEncryption: true,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    // The signature of an Electron for Apple's processors becomes invalid by the other changes.
    resetAdHocDarwinSignature: true,
  },

  linux: {
    // For x64 and arm64, each on its own machine: the addon is compiled there.
    target: ['deb', 'rpm', 'AppImage', 'tar.gz'],
    icon: 'build/icons',
    executableName: 'andon',
    category: 'System;Monitor;',
    syncDesktopName: true,
    maintainer: 'The Andon authors <andon@andon.example>',
    synopsis: 'Control panel of a machine',
    files: [
      ...FILES,
      '!node_modules/@photostructure/sqlite/prebuilds/!(linux-${arch})/**',
      '!node_modules/@photostructure/sqlite/prebuilds/**/*.musl.node',
    ],
    desktop: { entry: { Keywords: 'machine;panel;alarm;plant;', StartupNotify: 'true' } },
  },
  deb: { ...scripts, packageCategory: 'misc' },
  rpm: { ...scripts, packageCategory: 'Applications/System' },

  win: {
    target: [
      { target: 'nsis', arch: ['x64', 'arm64'] },
      { target: 'zip', arch: ['x64', 'arm64'] },
    ],
    icon: 'build/icon.ico',
    files: [
      ...FILES,
      '!node_modules/@photostructure/sqlite/prebuilds/!(win32-${arch})/**',
      // Windows has no Unix datagram sockets.
      '!node_modules/{unix-dgram,bindings,file-uri-to-path}/**',
    ],
  },
  // One installer that asks for whom: everybody on this computer, or only the user.
  nsis: {
    oneClick: false,
    perMachine: false,
    selectPerMachineByDefault: true,
    allowElevation: true,
    allowToChangeInstallationDirectory: true,
    deleteAppDataOnUninstall: false,
    license: 'LICENSE',
  },

  mac: {
    target: [
      { target: 'dmg', arch: 'universal' },
      { target: 'zip', arch: 'universal' },
    ],
    icon: 'build/icon.icns',
    category: 'public.app-category.utilities',
    hardenedRuntime: true,
    entitlements: 'build/entitlements.mac.plist',
    entitlementsInherit: 'build/entitlements.mac.plist',
    // Both halves bring both, so that they differ only in what is compiled for each.
    files: [...FILES, '!node_modules/@photostructure/sqlite/prebuilds/!(darwin-*)/**'],
    x64ArchFiles: '**/prebuilds/darwin-*/*.node',
  },
}
