import { BrowserWindow, ipcMain, type IpcMainEvent, type WebContents } from 'electron'
import { OPEN_SESSION } from '../../shared/bridge.ts'
import { CLOSE_CODES, type CloseCode } from '../../shared/close-codes.ts'
import type { Log } from '../../core/log.ts'
import type { Accept } from '../../core/session-socket.ts'
import type { PageOrigin } from './page-origin.ts'
import { acceptPort } from './port-socket.ts'

/**
 * A window is one viewer: one that asks again has lost its old session. Should it ever read this on a port that it still
 * listens to, it comes back.
 */
const REPLACED: CloseCode = { ...CLOSE_CODES.going_away, reason: 'this window has opened another session' }

/** The only IPC there is: a window asks for a session, which lives until the window asks again or is gone. */
export function openSessions(accept: Accept, origin: PageOrigin, log: Log): void {
  const sessions = new Map<WebContents, (close: CloseCode) => void>()

  const open = (event: IpcMainEvent): void => {
    const [port, ...more] = event.ports
    const problem = senderProblem(event, origin) ?? (port && more.length === 0 ? undefined : 'not exactly one port')
    if (problem !== undefined || !port) {
      for (const stray of event.ports) stray.close()
      log.warn({ problem }, 'A request for a session was refused.')
      return
    }
    const { sender } = event
    const old = sessions.get(sender)
    if (old) old(REPLACED)
    else sender.once('destroyed', () => end(sender))
    sessions.set(sender, acceptPort(port, { kind: 'local', address: 'window', agent: sender.getUserAgent() }, accept))
  }
  const end = (sender: WebContents): void => {
    sessions.get(sender)?.(CLOSE_CODES.normal)
    sessions.delete(sender)
  }

  ipcMain.on(OPEN_SESSION, open)
}

/** Why the sender may not have a session; undefined where it is the page of one of our windows. */
function senderProblem(event: IpcMainEvent, origin: PageOrigin): string | undefined {
  const { sender, senderFrame } = event
  if (sender.isDestroyed() || BrowserWindow.fromWebContents(sender) === null) return 'not one of our windows'
  // Null where the frame has gone or navigated since; reading any other property of such a frame throws.
  if (senderFrame === null || senderFrame.isDestroyed() || senderFrame.detached) return 'its frame is gone'
  if (senderFrame.frameTreeNodeId !== sender.mainFrame.frameTreeNodeId) return 'not the main frame'
  if (!origin.owns(senderFrame.url)) return 'a foreign page'
  return undefined
}
