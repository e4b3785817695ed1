import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { OUT, packageBin, ROOT } from './build.mjs'
import { electronBinary, hasDisplay } from './electron-binary.mjs'

/**
 * Hot-reloading development. With Electron and a display: electron-vite's own. Without: Vite serves the renderer, hot,
 * and hands the protocol's path on to a headless panel that is rebuilt and restarted on every change.
 * @param {import('./children.mjs').Children} children
 * @param {string[]} args
 * @param {() => boolean} stopped
 * @returns {Promise<number>}
 */
export async function dev(children, args, stopped) {
  const electron = electronBinary()
  if (electron.ok && hasDisplay() && !args.includes('--headless')) {
    const bin = packageBin('electron-vite', 'bin/electron-vite.js')
    const child = children.start(process.execPath, [bin, 'dev', '--watch', '--', ...args])
    return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 0)))
  }

  const { resolveConfig } = await import('electron-vite')
  const { build, createServer } = await import('vite')
  const { config } = await resolveConfig({ root: ROOT }, 'serve')
  if (!config?.main || !config.renderer) throw new Error('electron.vite.config.ts has no main or renderer part')

  /** @type {import('node:child_process').ChildProcess | undefined} */
  let panel
  const restart = async () => {
    if (stopped()) return
    const old = panel
    if (old && old.exitCode === null && old.signalCode === null) {
      const gone = new Promise((resolve) => old.once('exit', resolve))
      old.kill('SIGTERM')
      await gone
    }
    panel = spawn(process.execPath, [join(OUT, 'main', 'headless.js'), ...args], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
  }
  const built = await build({
    ...config.main,
    configFile: false,
    logLevel: 'warn',
    build: { ...config.main.build, watch: {} },
  })
  if (!('on' in built)) throw new Error('Vite did not watch')
  built.on('event', (event) => {
    if (event.code === 'END') void restart()
    if (event.code === 'ERROR') process.stderr.write(`${event.error.message}\n`)
  })

  const port = args[args.indexOf('--port') + 1]
  const target = `http://127.0.0.1:${args.includes('--port') ? port : 3002}`
  const server = await createServer({
    ...config.renderer,
    configFile: false,
    server: {
      host: '127.0.0.1',
      // The panel takes only its own pages: the page's origin becomes the panel's.
      proxy: {
        '/ws': { target, ws: true, changeOrigin: true, rewriteWsOrigin: true },
        '/api': { target, changeOrigin: true },
      },
    },
  })
  await server.listen()
  server.printUrls()
  await new Promise((resolve) => {
    const look = setInterval(() => {
      if (!stopped()) return
      clearInterval(look)
      resolve(undefined)
    }, 100)
  })
  await server.close()
  await built.close()
  const last = panel
  if (last && last.exitCode === null && last.signalCode === null) {
    const gone = new Promise((resolve) => last.once('exit', resolve))
    last.kill('SIGTERM')
    await gone
  }
  return 0
}
