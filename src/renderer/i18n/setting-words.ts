interface Words {
  readonly title: string
  readonly description: string
}

/** The settings in German, by key; in English the panel says them itself. */
export const SETTINGS_DE: Readonly<Record<string, Words>> = {
  kiosk: {
    title: 'Kiosk',
    description: 'Das Fenster nimmt den ganzen Bildschirm ein, hält ihn wach und hat keinen Ausgang. Vorgabe: nein',
  },
  autostart: {
    title: 'Start bei der Anmeldung',
    description:
      'Das Fenster öffnet sich, wenn Sie sich anmelden; nein macht das rückgängig. Vorgabe: wie zuletzt gesetzt',
  },
  host: {
    title: 'Adresse',
    description:
      'Adresse, unter der Browser bedient werden; außerhalb dieses Rechners erst, wenn es einen Administrator gibt. Vorgabe: 127.0.0.1',
  },
  port: { title: 'Port', description: 'Port, auf dem Browser bedient werden; 0 für irgendeinen freien. Vorgabe: 3002' },
  allowed_hosts: {
    title: 'Erlaubte Namen',
    description:
      'Weitere Namen, unter denen Browser das Panel aufrufen dürfen, oder Ursprünge (https://panel.example) von Proxys davor. Vorgabe: localhost, der Name dieses Rechners, seine Adressen',
  },
  tls: {
    title: 'TLS',
    description: 'Über HTTPS bedienen, mit einem Zertifikat, das Andon selbst ausstellt und erneuert. Vorgabe: nein',
  },
  tls_certificate: {
    title: 'TLS-Zertifikat',
    description: 'Über HTTPS mit eigenem Zertifikat bedienen: die Datei mit seiner Kette (PEM). Vorgabe: keines',
  },
  tls_key: {
    title: 'TLS-Schlüssel',
    description: 'Die Datei mit dem privaten Schlüssel dieses Zertifikats (PEM). Vorgabe: keiner',
  },
  http_redirect_port: {
    title: 'Port für Weiterleitung',
    description:
      'Bei HTTPS: Port, auf dem einfaches HTTP dorthin weitergeleitet wird; 0 für irgendeinen. Vorgabe: keiner',
  },
  events_sockets: {
    title: 'Ereignis-Sockets',
    description:
      'Pfade der Unix-Datagramm-Sockets, an die die Programme der Maschinen ihre Ereignisse senden. Vorgabe: /tmp/statemachine-events.sock; unter Windows keiner',
  },
  socket_mode: {
    title: 'Rechte der Sockets',
    description: 'Dateirechte dieser Sockets, drei oktale Ziffern. Vorgabe: 0660',
  },
  socket_group: { title: 'Gruppe der Sockets', description: 'Gruppe dieser Sockets. Vorgabe: die eigene' },
  udp: {
    title: 'UDP',
    description:
      'UDP-Adressen dieses Rechners, RECHNER:PORT, an die die Programme der Maschinen ihre Ereignisse senden. Vorgabe: 127.0.0.1:3003, wo es keine Unix-Datagramme gibt; sonst keine',
  },
  control_prefix: {
    title: 'Anfang der Befehls-Sockets',
    description:
      'Befehle gehen an den Unix-Datagramm-Socket mit diesem Pfad, dem Namen der Maschine und .sock. Vorgabe: /tmp/statemachine-control-',
  },
  stale_after: {
    title: 'Veraltet nach',
    description: 'Sekunden der Stille, nach denen eine Maschine als veraltet gezeigt wird. Vorgabe: 60',
  },
  machine_events_per_second: {
    title: 'Ereignisse je Sekunde und Maschine',
    description: 'Höchstens so viele Ereignisse je Sekunde werden von einer Maschine angenommen. Vorgabe: 5000',
  },
  local_display: {
    title: 'Anzeige vor Ort',
    description:
      'Wer am Fenster handelt, sobald es Konten gibt: open (jeder, als Bediener) oder sign-in (wer sich anmeldet). Vorgabe: open',
  },
  openid: {
    title: 'OpenID Connect',
    description: 'Anmeldung über einen Anbieter von OpenID Connect. Vorgabe: keiner',
  },
  connections: { title: 'Verbindungen', description: 'Höchstens so viele Browser zugleich. Vorgabe: 100' },
  lock_after: {
    title: 'Sperren nach, Minuten',
    description:
      'Wo das Fenster eine Anmeldung verlangt: Minuten, nach denen es gesperrt wird, wenn niemand etwas tut; 0: nie. Vorgabe: 10',
  },
  connections_per_account: {
    title: 'Verbindungen je Konto',
    description: 'Höchstens so viele Browser und Programme eines Kontos zugleich. Vorgabe: 20',
  },
  sign_ins_per_account: {
    title: 'Anmeldungen je Konto',
    description: 'In höchstens so vielen Browsern ist ein Konto angemeldet; der älteste wird abgemeldet. Vorgabe: 10',
  },
  connections_per_address: {
    title: 'Verbindungen je Adresse',
    description: 'Höchstens so viele Browser zugleich von einer Adresse. Vorgabe: 50',
  },
  messages_per_second: {
    title: 'Nachrichten je Sekunde',
    description: 'Höchstens so viele Nachrichten je Sekunde von einem Browser. Vorgabe: 100',
  },
  message_kib: {
    title: 'Größe der Nachrichten, KiB',
    description: 'Größte Nachricht eines Browsers und größter Inhalt einer Anfrage. Vorgabe: 64',
  },
  retention_days: { title: 'Aufbewahrung, Tage', description: 'Wie lange Ereignisse aufgehoben werden. Vorgabe: 30' },
  retention_mib: { title: 'Aufbewahrung, MiB', description: 'Wie groß das Journal werden darf. Vorgabe: 2048' },
  trend_retention_days: {
    title: 'Aufbewahrung der Trends, Tage',
    description: 'Wie lange die Werte der Variablen aufgehoben werden. Vorgabe: 90',
  },
  updates: {
    title: 'Aktualisierungen',
    description: 'Ordner mit Ausgaben auf einem Webserver, in dem das Fenster nach neueren sucht. Vorgabe: nirgends',
  },
  data_dir: {
    title: 'Datenordner',
    description: 'Ordner für das Journal und die Konten. Vorgabe: ~/.local/state/andon unter Linux',
  },
  log_level: { title: 'Stufe des Protokolls', description: 'Wie viel protokolliert wird. Vorgabe: info' },
}
