import '../../src/preload/index.ts'
import { portTransport } from '../../src/client/port-transport.ts'
import { TextFrame } from '../../src/core/frame.ts'
import type { Accept } from '../../src/core/session-socket.ts'
import { acceptPort } from '../../src/main/electron/port-socket.ts'
import { type Bridge, BRIDGE_KEY } from '../../src/shared/bridge.ts'
import { main } from './electron-stand-in.ts'

/** What the page saw, for the test to read. */
const seen = {
  opened: 0,
  frames: 0,
  characters: 0,
  texts: [] as string[],
  closed: [] as unknown[],
  core: [] as string[],
}
let drained = 0

/** True where text can be made into code. */
function compiles(): boolean {
  try {
    return Boolean(Reflect.construct(Function, ['return true']))
  } catch {
    return false
  }
}
const compiled = compiles()

/** A core that answers: `burst` with many large frames as the port takes them, `bye` with the end. */
const accept: Accept = (socket) => {
  let left = 0
  const pump = (): void => {
    while (left > 0 && socket.pending <= 256 * 1024) {
      left -= 1
      socket.send(new TextFrame('x'.repeat(100_000)))
    }
  }
  return {
    receive(text) {
      seen.core.push(text)
      if (text === 'burst') left = 200
      else if (text === 'bye') socket.close(1001, 'the panel is shutting down')
      else socket.send(new TextFrame(`echo ${text}`))
      pump()
    },
    drained() {
      drained += 1
      pump()
    },
    closed: () => void seen.core.push('closed'),
  }
}
main.open = (port) => void acceptPort(port, { kind: 'local', address: 'window', agent: '' }, accept)

const bridge = (window as unknown as Record<string, Bridge>)[BRIDGE_KEY]
if (!bridge) throw new Error('the preload exposed no bridge')
const connect = portTransport(bridge, window)

Object.assign(window, {
  seen: () => ({ ...seen, drained, compiles: compiled }),
  transport: () =>
    connect({
      opened: () => (seen.opened += 1),
      frame: (text) => {
        seen.frames += 1
        seen.characters += text.length
        if (text.length < 100) seen.texts.push(text)
      },
      closed: (code, reason) => seen.closed.push([code, reason]),
    }),
})
