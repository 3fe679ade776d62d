//! From the settings to a server that is ready, and in order to its end.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use rand::SeedableRng as _;
use rand::rngs::{StdRng, SysRng};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use web::log::{self, LogFormat, LogSettings};
use web::{App, Clock, Config, Renderer};

use crate::data::Data;
use crate::demo::{self, Listing};
use crate::development_pages;
use crate::function_process::function_environment;
use crate::invoice_pdf::InvoicePdf;
use crate::mailbox::Mailbox;
use crate::problem::{Problem, ProblemContext as _};
use crate::provision::{self, MAIL_FROM, NAME, Provisioned};
use crate::server::{self, Listeners};
use crate::settings::Settings;
use crate::stand_ins::StandIns;
use crate::stripe::{Hooks, StandInOptions, StripeStandIn};
use crate::table::Embedded;

/// How often the outbox is looked at.
const SWEEP_EVERY: Duration = Duration::from_millis(500);
/// How often it is looked whether an account is to be compared with what Stripe says.
const COMPARE_EVERY: Duration = Duration::from_mins(1);
/// How long the table's last requests may take.
const GRACE: Duration = Duration::from_secs(2);

/// All that runs.
struct Running {
    app: Arc<App>,
    router: Router,
    listeners: Listeners,
    mailbox: Mailbox,
    stand_ins: StandIns,
    table: Embedded,
    stripe: Option<StripeStandIn>,
    pdf: Arc<InvoicePdf>,
}

/// Runs until it is told to stop. Everything it needs is in the environment.
pub async fn run() -> Result<(), Problem> {
    let settings = Settings::from_env()?;
    let mut told = Box::pin(stop_signal()?);
    let running = tokio::select! {
        // What was started ends by itself: its input does.
        () = &mut told => return Ok(()),
        running = start(&settings) => running?,
    };
    let Running {
        app,
        router,
        listeners,
        mailbox,
        mut stand_ins,
        table,
        stripe,
        pdf,
    } = running;
    let (stop, stopping) = watch::channel(false);
    let work = async {
        let served = listeners.serve(router, stopping.clone());
        let told = async {
            if let Some(stripe) = &stripe {
                stripe.keep_delivering(stopping.clone()).await;
            }
        };
        let swept = sweep_loop(&app, &mailbox, stopping.clone());
        let reconciled = reconcile_loop(&app, stopping.clone());
        tokio::join!(served, swept, told, reconciled, pdf.build(stopping.clone()))
    };
    let told = async {
        told.await;
        // Whoever listened may be gone.
        drop(writeln!(io::stdout(), "Stopping…"));
        let _ = stop.send(true);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = work => {}
        () = stand_ins.keep() => {}
        () = told => {}
    }
    stand_ins.stop().await;
    drop(timeout(GRACE, table.stop()).await);
    Ok(())
}

async fn start(settings: &Settings) -> Result<Running, Problem> {
    let clock = Clock::system();
    let listeners = Listeners::bind(settings.port).await?;
    let data = Data::take(&settings.data, settings.reset, clock.now()).await?;
    let data = Arc::new(data);
    init_log(&data)?;
    let table = Embedded::file(&data.path("table.sqlite")).await?;
    let stand_ins = StandIns::start(&settings.python, data.path("stand-ins")).await?;
    let base_domain = format!("localhost:{}", listeners.port);
    let origins = format!("http://*.{base_domain}");
    let urls = (table.url.as_str(), stand_ins.url());
    let provisioned = provision::provision((urls.0, &urls.1), MAIL_FROM, NAME, &origins).await?;
    let Provisioned {
        mut services,
        pool,
        mail_from,
        cognito,
        ..
    } = provisioned;
    let stripe = stripe_stand_in(settings, (&clock, &data), &base_domain).await?;
    let config = Config {
        base_domain,
        scheme: "http".to_owned(),
        host_header: "host".to_owned(),
        origin_secrets: Vec::new(),
        secret_key: data.secret_key()?,
        table: NAME.to_owned(),
        bucket: NAME.to_owned(),
        bucket_in_path: true,
        pool,
        mail_from,
        malware_scan: false,
        data_roles: None,
        stripe: match &stripe {
            Some(stand_in) => Some(stand_in.config()),
            None => settings.stripe.clone(),
        },
    };
    services.stripe = web::stripe(&config).with_problem("Stripe can't be used")?;
    let rng =
        StdRng::try_from_rng(&mut SysRng).with_problem("The system gives no random numbers")?;
    let renderer = Renderer::new().with_problem("The templates can't be read")?;
    let app = Arc::new(App::new(config, services, renderer, clock, rng));
    futures::join!(app.warm(), app.warm_identity());
    if let Some(stripe) = &stripe {
        stripe.deliver_to(Hooks {
            router: web::router(&app, &portal::routes()),
            host_header: app.config.host_header.clone(),
            host: format!("hooks.{}", app.config.base_domain),
        });
    }

    let demo = demo::load()?;
    demo::seed(&app, &demo, &data, &cognito).await?;
    let pages = stripe
        .as_ref()
        .map(|stripe| format!("{}/", stripe.origin()));
    let listing = Listing::of(
        &demo,
        |slug| app.config.workspace_url(slug),
        (listeners.port, pages),
    );
    let json = serde_json::to_string_pretty(&listing).with_problem("The demo can't be listed")?;
    data.write("demo.json", &json)
        .with_problem("The demo's list can't be written")?;
    let mailbox = Mailbox::open(&stand_ins.url(), Arc::clone(&data));
    let assets = settings.root.join("assets/dist");
    if !assets.join("manifest.json").exists() {
        eprintln!("There are no built assets, so pages look bare: run `make assets`.");
    }
    greet(&listing, &data).with_problem("Nothing can be printed")?;
    let front = development_pages::router(listing, mailbox.clone())?;
    let at_stripe = stripe.as_ref().map(StripeStandIn::router).transpose()?;
    let environment = function_environment("invoice-pdf", &app.config, (urls.0, &urls.1));
    let pdf = Arc::new(InvoicePdf::new(environment));
    let router = server::router(&app, front, at_stripe, &pdf, &assets);
    Ok(Running {
        app,
        router,
        listeners,
        mailbox,
        stand_ins,
        table,
        stripe,
        pdf,
    })
}

/// Stripe's stand-in, unless Stripe itself is to be used.
async fn stripe_stand_in(
    settings: &Settings,
    (clock, data): (&Clock, &Data),
    base_domain: &str,
) -> Result<Option<StripeStandIn>, Problem> {
    if settings.stripe.is_some() {
        return Ok(None);
    }
    let rng =
        StdRng::try_from_rng(&mut SysRng).with_problem("The system gives no random numbers")?;
    let beginning = StandInOptions {
        clock: clock.clone(),
        rng,
        origin: Some(format!("http://{}.{base_domain}", server::STRIPE)),
        fee: settings.fee,
        file: Some(data.path("stripe.json")),
    };
    StripeStandIn::start(beginning).await.map(Some)
}

/// Says what there is. The last line is for scripts. Requests that come before
/// they are served wait.
fn greet(listing: &Listing, data: &Data) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "SecPortal, with a demo. Sign in at an address as one of its people:"
    )?;
    write!(out, "{}", listing.words())?;
    writeln!(out, "  Data and logs      {}", data.dir().display())?;
    writeln!(
        out,
        "\nCtrl-C stops it; what was done is kept. RESET=1 starts afresh.\n"
    )?;
    writeln!(out, "ready {}", listing.first())?;
    out.flush()
}

/// Sends what is in the outbox, as the deployed worker does when it is called.
async fn sweep_loop(app: &App, mailbox: &Mailbox, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(SWEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        match worker::drain(app).await {
            Ok(0) => {}
            Ok(_) => {
                if let Err(error) = mailbox.collect().await {
                    tracing::warn!(error, "the mailbox can't be asked");
                }
            }
            Err(error) => tracing::error!(%error, "the outbox can't be swept"),
        }
    }
}

/// Compares with Stripe what it told, as the deployed webhooks do when they are called.
async fn reconcile_loop(app: &Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(COMPARE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if let Err(error) = webhooks::reconcile(app).await {
            tracing::error!(%error, "Stripe can't be compared with");
        }
    }
}

/// Ends with the first Ctrl-C or SIGTERM.
fn stop_signal() -> Result<impl Future<Output = ()>, Problem> {
    let cannot = "Signals can't be listened to";
    let mut interrupt = signal(SignalKind::interrupt()).with_problem(cannot)?;
    let mut terminate = signal(SignalKind::terminate()).with_problem(cannot)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Starts the log: JSON lines into a file, as in production, and lines of text to the terminal.
/// The terminal shows errors unless `LOG` asks for more.
fn init_log(data: &Data) -> Result<(), Problem> {
    let path = data.path("server.log");
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let file = file.with_problem(format!("The log {} can't be written", path.display()))?;
    let terminal = Settings::terminal_log();
    let in_file = LogSettings {
        level: terminal.level.max(LevelFilter::INFO),
        format: LogFormat::Json,
    };
    let started = tracing_subscriber::registry()
        .with(log::layer(in_file, None, Mutex::new(file)))
        .with(log::layer(terminal, None, io::stderr));
    started.try_init().with_problem("The log can't be started")
}
