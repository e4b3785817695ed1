import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFile } from 'node:fs/promises'
import { onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import type { Panel } from '../../src/main/panel.ts'
import { acceptWebSocket } from '../../src/main/adapters/ws-socket.ts'
import { rendererFile } from '../../src/main/electron/renderer-file.ts'
import { RENDERER_DIR } from '../support/panel.ts'

/**
 * The machine's own display in a browser: in place of Electron's scheme and its port stand a server and its sockets. What
 * is asked and who is let in goes the window's own way through the panel.
 */
export async function displayServer(panel: Panel): Promise<string> {
  const server: Server = createServer((request, response) => {
    void answer(panel, request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) =>
    acceptWebSocket(socket, { kind: 'local', address: 'window', agent: 'test' }, panel.accept),
  )
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

async function answer(panel: Panel, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url = '/', method = 'GET' } = request
  if (url.startsWith('/api/')) {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const { status, headers, body } = await panel.ask({ path: url, method, ...(text === '' ? {} : { body: text }) })
    response.writeHead(status, headers)
    body.pipe(response)
    return
  }
  const found = rendererFile(RENDERER_DIR, `andon://panel${url === '/' ? '/index.html' : url}`)
  if (!found) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'Content-Type': found.type }).end(await readFile(found.file))
}
