import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NtExecutable, NtExecutableResource, Resource } from 'resedit'

/** What lies beside Electron's program on Linux and Windows. */
const BESIDE = ['resources.pak', 'icudtl.dat', 'snapshot_blob.bin', 'v8_context_snapshot.bin', 'LICENSES.chromium.html']

const HELPERS = ['', ' (GPU)', ' (Plugin)', ' (Renderer)']

/** Lays out a folder like Electron's distribution for a system, with a program of our own. Gives the folder back. */
export function standIn(folder: string, system: 'linux' | 'win32' | 'darwin'): string {
  mkdirSync(folder, { recursive: true })
  const program = compile(folder)
  put(folder, 'LICENSE', 'A stand-in for Electron.\n')
  if (system === 'darwin') {
    layMac(join(folder, 'Electron.app', 'Contents'), program)
    return folder
  }
  for (const name of BESIDE) put(folder, name, '')
  put(folder, 'locales/en-US.pak', '')
  mkdirSync(join(folder, 'resources'))
  if (system === 'win32') put(folder, 'electron.exe', windowsProgram(readFileSync(program)))
  else for (const name of ['electron', 'chrome-sandbox', 'chrome_crashpad_handler']) cpSync(program, join(folder, name))
  return folder
}

function put(folder: string, name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), content)
}

/** Beside the folder, so that it is not packed. */
function compile(folder: string): string {
  const program = `${folder}-program`
  execFileSync('cc', ['-O1', '-s', '-o', program, join(import.meta.dirname, 'electron.c')])
  return program
}

/** The frame of a Windows program, with a version as electron-builder looks for it; the wire lies behind its end. */
function windowsProgram(program: Uint8Array): Uint8Array {
  const frame = NtExecutable.createEmpty(false, false)
  const resources = NtExecutableResource.from(frame)
  const version = Resource.VersionInfo.createEmpty()
  version.setStringValues({ lang: 1033, codepage: 1200 }, { ProductName: 'Electron', FileDescription: 'Electron' })
  version.outputToResourceEntries(resources.entries)
  resources.outputResource(frame)
  return Buffer.concat([Buffer.from(frame.generate()), program])
}

function layMac(contents: string, program: string): void {
  put(contents, 'Info.plist', plist('Electron', 'com.github.Electron'))
  put(contents, 'MacOS/Electron', readFileSync(program))
  put(contents, 'Resources/electron.icns', '')
  const frameworks = join(contents, 'Frameworks')
  put(frameworks, 'Electron Framework.framework/Electron Framework', readFileSync(program))
  for (const kind of HELPERS) {
    const name = `Electron Helper${kind}`
    put(frameworks, `${name}.app/Contents/Info.plist`, plist(name, 'com.github.Electron.helper'))
    put(frameworks, `${name}.app/Contents/MacOS/${name}`, readFileSync(program))
  }
}

const plist = (name: string, id: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>CFBundleName</key><string>${name}</string>
<key>CFBundleExecutable</key><string>${name}</string>
<key>CFBundleIdentifier</key><string>${id}</string>
</dict></plist>
`
