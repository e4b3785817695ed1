import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Access } from '../core/access.ts'
import { AlarmActs } from '../core/alarm-acts.ts'
import { Alarms } from '../core/alarms.ts'
import { ClockWatch } from '../core/clock-watch.ts'
import { commandRules } from '../core/command-rules.ts'
import { Commands } from '../core/commands.ts'
import { ControlTokens } from '../core/control-tokens.ts'
import type { Clock } from '../core/clock.ts'
import { EventTally } from '../core/event-tally.ts'
import { messageFrame } from '../core/frame.ts'
import type { ScryptCost } from '../core/password.ts'
import { HealthBoard } from '../core/health-board.ts'
import { Hub } from '../core/hub.ts'
import { continuation, Journal } from '../core/journal.ts'
import type { IngestAdmission } from '../core/ingest-admission.ts'
import { TokenAdmission } from '../core/token-admission.ts'
import { MachineQuota } from '../core/machine-quota.ts'
import { JournalError } from '../core/journal-store.ts'
import { Operations } from '../core/operations.ts'
import { DescribedPlant } from '../core/plant.ts'
import { Ingest } from '../core/ingest.ts'
import type { Log } from '../core/log.ts'
import { Sessions } from '../core/sessions.ts'
import type { Accept, Frame } from '../core/session-socket.ts'
import { type Standing, StandingBoard, standingOf } from '../core/standing.ts'
import { scopedPlant } from '../core/scoped-plant.ts'
import { TrendRecorder } from '../core/trend-recorder.ts'
import { watchStaleness } from '../core/staleness.ts'
import { PanelAlarms } from '../core/panel-alarms.ts'
import { PanelSettings } from '../core/panel-settings.ts'
import type { CertificateHealth, Health, Problem } from '../shared/health.ts'
import { CLOSE_CODES, type CloseCode } from '../shared/close-codes.ts'
import { systemClock } from './adapters/clock.ts'
import { lockDataDir } from './adapters/data-dir-lock.ts'
import { SqliteStore } from './adapters/sqlite/sqlite-store.ts'
import { SqliteTrendStore } from './adapters/sqlite/trend-store.ts'
import { ownNamesAndAddresses } from './adapters/own-addresses.ts'
import { TlsCredentials } from './adapters/tls/credentials.ts'
import type { HttpTimes } from './adapters/http-servers.ts'
import { IngestDoor } from './adapters/ingest-door.ts'
import { isLoopback, OwnNames } from './adapters/origin.ts'
import { type BindingResult, loadUnixBinding } from './adapters/unix-binding.ts'
import { openControlLink } from './adapters/unix-control-link.ts'
import { ListenError } from './adapters/listener.ts'
import { type ApiAnswer, type ApiQuestion, startWebServer, type WebServer } from './adapters/web-server.ts'
import { checkInThread } from './check-in-thread.ts'
import type { Config, TlsConfig } from './config.ts'
import { plantOf } from './config-file.ts'
import { ConfigProblems } from './config-problems.ts'
import { type Identity, openIdentity } from './identity.ts'
import { type Listeners, openListeners } from './listeners.ts'
import { Metrics } from './metrics.ts'
import { YamlSettings } from './settings-file.ts'
import { watchPlantFile } from './plant-file.ts'
import type { UnderWay } from './shell/update-rules.ts'
import { VERSION } from './version.ts'

/** Limits on what a viewer may do; see PROTOCOL.md. */
const SESSION_LIMITS = { helloMs: 10_000, heartbeatMs: 30_000, fullMs: 30_000 }

/** Most missed events that a viewer is sent; one that missed more gets a snapshot. */
const RESUME_EVENTS = 50_000

/** A browser opens some connections beside its session; programs, probes and scrapers come in addition. */
const SOCKETS_PER_VIEWER = 4
const SPARE_SOCKETS = 100

/** A program that sends over the network may send as much as so many machines at their quota. */
const MACHINES_OF_SOURCE = 4

export interface Surroundings {
  readonly log: Log
  /** Folder with the built renderer. */
  readonly rendererDir: string
  /** The built journal thread. */
  readonly journalThread: string
  /** The built thread that checks configuration files. */
  readonly configThread: string
  /** The native addon; a test may say that it is missing. */
  readonly addon?: BindingResult
  /** Overrides of the session limits, milliseconds. */
  readonly heartbeatMs?: number
  readonly helloMs?: number
  readonly fullMs?: number
  /** Overrides of the web server's. */
  readonly times?: HttpTimes
  /** Who may send events over the network; default: who has a token with the right to. */
  readonly ingestAdmission?: IngestAdmission
  /** Prints the one-time code for the first administrator. Without it there is none: only the window makes one. */
  readonly tellCode?: (code: string) => void
  /** Ends the panel and starts it again, as the settings file has it by then. Without it the panel cannot restart. */
  readonly restart?: () => void
  /** Makes the window of a kiosk an ordinary one; without it there is no kiosk. */
  readonly leaveKiosk?: () => void
  /** Default: what is secure; a test takes less. */
  readonly scryptCost?: ScryptCost
  /** Default: the system's. */
  readonly clock?: Clock
}

/** The running panel. */
export interface Panel {
  /** For the machine's own display. */
  readonly accept: Accept
  /** Where browsers find it. */
  readonly url: string
  /** Where plain HTTP is sent on from; null where it is not listened for. */
  readonly redirectUrl: string | null
  /** What is served over HTTPS at the start; null over plain HTTP. */
  readonly certificate: CertificateHealth | null
  /** Where datagrams go. */
  readonly listening: readonly string[]
  /** Prints the one-time code for the first administrator, while there is no account. */
  offerCode(): void
  health(): Health
  /** How things stand at this moment, in brief. */
  standing(): Standing
  /** Called soon, and with every change; see {@link StandingBoard}. Returns the function that unsubscribes. */
  onStanding(listener: (standing: Standing) => void): () => void
  /** The computer is about to sleep, or awake again: that goes into the log. */
  suspended(): void
  resumed(): void
  /** Commands that no machine has settled yet, and machines that somebody has control of. */
  underWay(): UnderWay
  /** Answers the machine's own display, for a path below `/api/`. */
  ask(question: ApiQuestion): Promise<ApiAnswer>
  /** Idempotent. Listeners first, so that nothing new comes in; then viewers, the port, the journal. */
  close(): Promise<void>
}

/** The composition root: builds the panel from its parts and starts it. Rejects with a ListenError. */
export async function compose(config: Config, surroundings: Surroundings): Promise<Panel> {
  const { log, rendererDir, addon, journalThread, configThread } = surroundings
  const clock = surroundings.clock ?? systemClock
  const startedAt = clock.now()
  const lock = lockDataDir(config.dataDir)
  const store = new SqliteStore({ dataDir: config.dataDir, threadFile: journalThread, log })
  const epoch = randomUUID()
  const opened = await store.open(epoch).catch(asJournalError)
  const hub = new Hub(
    // The store may have taken the epoch's name down before it failed: for other offsets than those in memory.
    opened instanceof JournalError ? { clock, epoch: randomUUID() } : { clock, epoch, from: continuation(opened) },
  )
  const tally = new EventTally(hub)
  const journal = new Journal({
    hub,
    store,
    opened,
    clock,
    log,
    retention: config.retention,
    resumeEvents: RESUME_EVENTS,
    newEpoch: randomUUID,
  })
  const trends = new TrendRecorder({
    hub,
    journal,
    store: new SqliteTrendStore({ dataDir: config.dataDir, threadFile: journalThread, log }),
    clock,
    log,
    retentionMs: config.trendRetentionMs,
  })
  const plant = new DescribedPlant(
    {
      staleAfterMs: config.staleAfterMs,
      controlPrefix: config.controlPrefix,
      eventsPerSecond: config.machineEventsPerSecond,
    },
    config.configured && plantOf(config.configured),
  )
  let identity: Identity | undefined
  const closeJournal = async (): Promise<void> => {
    identity?.close()
    await trends.close()
    await journal.close()
    lock?.release()
  }
  try {
    identity = openIdentity({ config, clock, log, plant, surroundings })
    if (!isLoopback(config.host) && !identity.gate.closed) throw new ListenError(noAdministrator(config.host))
  } catch (error) {
    await closeJournal()
    throw error
  }
  const { gate, administration, audit, openId } = identity

  const configProblems = new ConfigProblems()
  const plantFile = watchPlantFile(config.configFile, {
    onPlant: (changed) => plant.replace(changed),
    onProblem: (text) => configProblems.refused(text),
    onNote: (text) => configProblems.restart(text),
    log,
    check: checkInThread(configThread),
    ...(config.configured === undefined ? {} : { started: config.configured }),
  })

  let tls: TlsCredentials | null
  try {
    tls = config.tls && openCredentials(config, config.tls, log)
  } catch (error) {
    plantFile.close()
    await closeJournal()
    throw error
  }

  const binding = addon ?? loadUnixBinding()
  const quota = new MachineQuota(
    {
      perSecond: (machine) => plant.eventsPerSecond(machine),
      newcomersPerSecond: config.machineEventsPerSecond,
      knows: (machine) => plant.machine(machine) !== null || hub.folded.machines.has(machine),
    },
    clock.monotonic(),
  )
  const ingest = new Ingest(hub, clock, log, quota)
  let listeners: Listeners
  try {
    listeners = await openListeners(config, ingest, log, binding)
  } catch (error) {
    tls?.close()
    plantFile.close()
    await closeJournal()
    throw error
  }

  const control = new ControlTokens(hub, clock)
  const controlLink = openControlLink(binding)
  const commands = new Commands(hub, clock, controlLink, commandRules({ hub, plant, control, clock }))
  const alarmActs = new AlarmActs(hub, clock, plant)
  const operations = new Operations({ hub, plant, commands, control, alarms: alarmActs, audit, clock })
  const closeOperations = (): void => {
    tally.close()
    alarms.close()
    commands.close()
    control.close()
    controlLink.close()
  }

  const overQuota = (): Problem[] => {
    const problem = quota.problem(clock.monotonic())
    return problem ? [problem] : []
  }
  const problems = (): Problem[] => [
    ...overQuota(),
    ...listeners.problems,
    ...(journal.problem ? [journal.problem] : []),
    ...(trends.problem ? [trends.problem] : []),
    ...configProblems.problems,
    ...(tls?.problems ?? []),
    ...identity.problems,
  ]
  const panelAlarms = new PanelAlarms()
  const alarms = new Alarms({
    hub,
    plant,
    clock,
    panel: () =>
      panelAlarms.conditions(problems(), { refused: ingest.refused, lost: journal.health.lost }, clock.monotonic()),
  })

  const board = new HealthBoard(
    clock,
    () => ({
      startedAt,
      version: VERSION,
      offset: hub.head,
      sessions: sessions.size,
      viewers: sessions.viewers,
      journal: journal.health,
      listeners: ingest.listeners,
      problems: problems(),
      ...(tls ? { certificate: tls.health } : {}),
      ...(quota.shed ? { shed: quota.shed } : {}),
      refusedSamples: [...ingest.samples],
    }),
    () => sessions.healthChanged(),
  )
  const standing = new StandingBoard(clock, () => standingOf(hub.folded, problems()))
  const limits = {
    ...SESSION_LIMITS,
    messageBytes: config.messageBytes,
    messagesPerSecond: config.messagesPerSecond,
    helloMs: surroundings.helloMs ?? SESSION_LIMITS.helloMs,
    heartbeatMs: surroundings.heartbeatMs ?? SESSION_LIMITS.heartbeatMs,
    fullMs: surroundings.fullMs ?? SESSION_LIMITS.fullMs,
  }
  const sessions: Sessions = new Sessions({
    hub,
    archive: journal,
    clock,
    limits,
    connections: config.connections,
    connectionsPerAddress: config.connectionsPerAddress,
    connectionsPerAccount: config.connectionsPerAccount,
    version: VERSION,
    operations,
    health: (access) => (access.may('diagnostics') ? board.frame : board.reducedFrame),
    plant: (access) => plantFrame(access),
  })
  /** By what may be seen: whoever sees the same shares a frame. */
  let plantFrames = new Map<string, Frame>()
  const plantFrame = ({ filter }: Access): Frame => {
    const key = filter?.key ?? ''
    let frame = plantFrames.get(key)
    if (!frame) {
      frame = messageFrame({ type: 'plant', plant: filter ? scopedPlant(plant.shown, filter) : plant.shown })
      plantFrames.set(key, frame)
    }
    return frame
  }
  plant.listen(() => {
    plantFrames = new Map()
    quota.refresh(clock.monotonic())
    sessions.plantChanged()
  })
  gate.onSignIns((concerns) => sessions.signInsChanged(concerns))
  const clockWatch = new ClockWatch(hub, clock)
  const stopStaleness = watchStaleness(hub, clock, (machine) => plant.staleAfterMs(machine))
  const unready = (): string[] => {
    const listening = ingest.listeners.some(({ kind, state }) => kind !== 'ws' && state === 'listening')
    return [
      ...(listening ? [] : ['No datagram listener is open.']),
      ...(journal.problem ? [journal.problem.message] : []),
    ]
  }

  const metrics = new Metrics({
    health: () => board.health,
    folded: () => hub.folded,
    sessions: () => sessions.totals,
    tally,
  })

  const ingestDoor = new IngestDoor({
    ingest,
    admission: surroundings.ingestAdmission ?? new TokenAdmission(gate),
    clock,
    perSecond: config.machineEventsPerSecond * MACHINES_OF_SOURCE,
  })

  let web: WebServer
  try {
    web = await startWebServer({
      host: config.host,
      port: config.port,
      rendererDir,
      messageBytes: limits.messageBytes,
      names: new OwnNames({ host: config.host, hostname: hostname(), allowed: config.allowedHosts }),
      sockets: {
        total: config.connections * SOCKETS_PER_VIEWER + SPARE_SOCKETS,
        perAddress: config.connectionsPerAddress * SOCKETS_PER_VIEWER + SPARE_SOCKETS,
      },
      times: surroundings.times ?? {},
      tls,
      redirectPort: config.httpRedirectPort,
      accept: sessions.accept,
      gate,
      administration,
      openId,
      settings: new PanelSettings({
        file: new YamlSettings(config),
        audit,
        underWay: () => commands.underWay,
        restart: surroundings.restart ?? null,
      }),
      ingest: ingestDoor,
      health: () => board.health,
      history: {
        query: (query) => journal.query(query),
        stateAt: (time) => journal.stateAt(time),
        get health() {
          return journal.health
        },
        now: () => clock.now(),
      },
      trends: { recorder: trends, now: () => clock.now() },
      operating: { operations, plant, folded: () => hub.folded },
      metrics,
      log,
      unready,
    })
  } catch (error) {
    tls?.close()
    plantFile.close()
    stopStaleness()
    clockWatch.close()
    board.close()
    sessions.close()
    closeOperations()
    await ingestDoor.close()
    await listeners.close()
    await closeJournal()
    throw error
  }

  const { url } = web
  // Whoever is told the code for the first administrator has no window to make one in.
  lock?.found({ url, window: surroundings.tellCode === undefined })
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    tls?.close()
    plantFile.close()
    await ingestDoor.close()
    await listeners.close()
    stopStaleness()
    clockWatch.close()
    board.close()
    standing.close()
    sessions.close()
    closeOperations()
    await web.close()
    await closeJournal()
  }
  log.info({ url, listening: listeners.addresses }, 'listening')
  return {
    accept: (socket, peer) => {
      let why: CloseCode = closing ? CLOSE_CODES.going_away : CLOSE_CODES.sign_in_required
      try {
        const known = closing ? null : gate.identify({ ...web.windowCredentials(), address: peer.address })
        if (known?.kind === 'known') return sessions.accept(socket, peer, known.access)
      } catch (error) {
        log.error({ err: error }, 'the accounts cannot be read')
        why = CLOSE_CODES.internal
      }
      socket.close(why.code, why.reason)
      return { receive: () => undefined, drained: () => undefined, closed: () => undefined }
    },
    url,
    redirectUrl: web.redirectUrl,
    certificate: tls && tls.health,
    listening: listeners.addresses,
    health: () => board.health,
    standing: () => standing.standing,
    onStanding: (listener) => standing.listen(listener),
    suspended: () => clockWatch.suspended(),
    resumed: () => clockWatch.resumed(),
    ask: (question) => web.ask(question),
    offerCode: () => administration.entrance.offerCode(),
    underWay: () => ({
      commands: commands.underWay,
      controlled: hub.folded.control.size,
    }),
    close: () => (closing ??= close()),
  }
}

function openCredentials(config: Config, tls: TlsConfig, log: Log): TlsCredentials {
  const { host, allowedHosts, dataDir } = config
  const names = () => ownNamesAndAddresses(host, allowedHosts)
  return new TlsCredentials({ config: tls, dataDir, names, label: hostname(), clock: systemClock, log })
}

function asJournalError(error: unknown): JournalError {
  return error instanceof JournalError ? error : new JournalError('io', String(error))
}

function noAdministrator(host: string): string {
  return (
    `--host ${host}: there is no administrator yet, so Andon serves this computer only. ` +
    'Start it without --host, make the first administrator on its page, then start it again.'
  )
}
