//! The configuration: the text of each mistake, what `config show` prints, and that the example and
//! the schema are complete.

use std::path::{Path, PathBuf};

use entitywatch::cli;
use entitywatch::cli::args::ConfigCommand;
use entitywatch::config::{
    Environment, SecretsMode, {self},
};
use entitywatch::deliver::Channel;
use entitywatch::exit::Exit;
use serde_json::{Value, json};

const CERTIFICATE: &str = include_str!("../fixtures/tls/loopback.cert.pem");

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config")
}

/// The warnings or mistakes that `config check` prints, without the name of the folder.
fn checked(name: &str) -> String {
    let path = fixtures().join(name);
    let environment = Environment {
        credentials_directory: name.starts_with("ok_").then(|| fixtures().join("secrets")),
        ..Environment::default()
    };
    let text = match config::load(&path, &environment, SecretsMode::Resolve) {
        // The permissions of the fixtures depend on the checkout. Another test sets them.
        Ok((_, warnings)) => warnings
            .iter()
            .filter(|warning| !warning.0.contains("every user of this machine can read it"))
            .map(|warning| format!("warning: {warning}\n"))
            .collect(),
        Err(errors) => errors.to_string(),
    };
    text.replace(&format!("{}/", fixtures().display()), "")
}

#[test]
fn each_mistake_is_reported_with_its_line_and_a_caret() {
    let mut names: Vec<String> = std::fs::read_dir(fixtures())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    assert!(names.len() > 15);
    for name in names {
        let text = checked(&name);
        assert!(
            !text.contains("hunter2") && !text.contains("271828"),
            "{name} shows a secret:\n{text}"
        );
        assert_eq!(name.starts_with("err_"), text.contains("error: "), "{name}:\n{text}");
        insta::assert_snapshot!(name.trim_end_matches(".toml"), text);
    }
}

#[test]
fn a_configuration_that_is_not_there_names_the_example() {
    let errors =
        config::load(Path::new("/nowhere/x.toml"), &Environment::default(), SecretsMode::Resolve)
            .unwrap_err()
            .to_string();
    assert!(errors.contains("/nowhere/x.toml"), "{errors}");
    assert!(errors.contains("config example"), "{errors}");
}

#[test]
fn reading_commands_need_no_secret() {
    let path = fixtures().join("ok_everything.toml");
    let (config, _) = config::load(&path, &Environment::default(), SecretsMode::Skip).unwrap();
    let Channel::Slack(slack) = &config.receiver("desk").unwrap().channel else {
        panic!("desk is a slack receiver")
    };
    assert_eq!(slack.url.expose(), "");
}

#[test]
fn secrets_come_from_the_file_beside_the_configuration_or_the_credentials() {
    let path = fixtures().join("ok_everything.toml");
    let environment = Environment {
        credentials_directory: Some(fixtures().join("secrets")),
        ..Environment::default()
    };
    let (config, _) = config::load(&path, &environment, SecretsMode::Resolve).unwrap();
    let Channel::Slack(slack) = &config.receiver("desk").unwrap().channel else {
        panic!("desk is a slack receiver")
    };
    assert_eq!(slack.url.expose(), "https://hooks.example.com/services/T0/B0/hunter2");
    let Channel::Webhook(webhook) = &config.receiver("erp").unwrap().channel else {
        panic!("erp is a webhook receiver")
    };
    assert_eq!(webhook.secrets.len(), 2);
    assert_eq!(webhook.headers[0].1.expose(), "Bearer hunter2");
    let Channel::Email(email) = &config.receiver("compliance").unwrap().channel else {
        panic!("compliance is an email receiver")
    };
    assert_eq!(email.smtp.password.as_ref().unwrap().expose(), "hunter2");
    assert!(!format!("{config:?}").contains("Bearer"), "Debug shows a secret");
}

#[test]
fn the_shown_configuration_has_defaults_and_no_secret() {
    let path = fixtures().join("ok_everything.toml");
    let shown = config::show(&path, &Environment::default()).unwrap();
    assert!(!shown.contains("hunter2"), "{shown}");
    insta::assert_snapshot!(shown.replace(&fixtures().display().to_string(), "FOLDER"));
}

#[test]
fn keys_that_are_left_out_have_the_defaults_of_the_contract() {
    let toml = "[[source]]\nname = \"csl\"\nkind = \"csl\"\n";
    let environment =
        Environment { state_directory: Some("/state".into()), ..Environment::default() };
    let (config, _) =
        config::check(Path::new("x.toml"), toml, &environment, SecretsMode::Resolve).unwrap();
    assert_eq!(config.store.to_string(), "sqlite:///state/entitywatch.db");
    assert_eq!(config.server.listen.as_ref().unwrap().to_string(), "127.0.0.1:8744");
    let source = config.source("csl").unwrap();
    assert_eq!((source.schedule_text.as_str(), source.timezone.as_str()), ("*/15 * * * *", "UTC"));
    let limits = &source.limits;
    assert_eq!(
        (limits.max_loss, limits.max_loss_rows, limits.max_gain, limits.max_revised),
        (0.02, 40, 0.25, 0.2)
    );
    assert_eq!(limits.min_entries.values().copied().collect::<Vec<_>>(), [2500]);
    assert_eq!(config.messages.timezone.iana_name(), Some("America/New_York"));
}

#[test]
fn without_a_configuration_the_real_list_is_watched_and_alerted_on_the_console() {
    let environment = Environment { home: Some("/home/a".into()), ..Environment::default() };
    let config = config::default_config(&environment);
    assert_eq!(config.sources.len(), 1);
    assert!(format!("{:?}", config.sources[0].address).contains("data.trade.gov"));
    assert_eq!(
        config.store.to_string(),
        "sqlite:///home/a/.local/state/entitywatch/entitywatch.db"
    );
    assert_eq!(config.receivers[0].channel.kind(), "console");
}

#[cfg(unix)]
#[test]
fn a_world_readable_file_with_secrets_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (path, secret) = (folder.path().join("x.toml"), folder.path().join("slack-url"));
    std::fs::write(&secret, "https://hooks.example.com/x").unwrap();
    let warnings_of = |text: &str, mode: u32| -> usize {
        std::fs::write(&path, text).unwrap();
        for file in [&path, &secret] {
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let (_, warnings) =
            config::load(&path, &Environment::default(), SecretsMode::Resolve).unwrap();
        warnings
            .iter()
            .filter(|warning| warning.0.contains("every user of this machine can read it"))
            .count()
    };
    let receiver = "[[receiver]]\nname = \"desk\"\nkind = \"slack\"\n";
    assert_eq!(warnings_of(&format!("{receiver}url = \"https://hooks.example.com/x\""), 0o644), 1);
    assert_eq!(warnings_of(&format!("{receiver}url = \"https://hooks.example.com/x\""), 0o600), 0);
    assert_eq!(warnings_of(&format!("{receiver}url_file = \"slack-url\""), 0o644), 1);
    assert_eq!(warnings_of(&format!("{receiver}url_file = \"slack-url\""), 0o640), 0);
}

// --- the example

#[test]
fn the_example_is_valid_as_it_is() {
    let environment = Environment { home: Some("/home/a".into()), ..Environment::default() };
    let (config, warnings) =
        config::check(Path::new("x.toml"), config::EXAMPLE, &environment, SecretsMode::Resolve)
            .unwrap();
    assert_eq!(warnings, []);
    let default = config::default_config(&environment);
    let [list, rules] = config.sources.as_slice() else { panic!("{:?}", config.sources) };
    assert_eq!(
        format!("{list:?}"),
        format!("{:?}", default.sources[0]),
        "the example and `check` without one watch the same list"
    );
    assert_eq!(
        (rules.kind.as_str(), rules.title.as_str()),
        ("federal-register", "Federal Register")
    );
    assert_eq!(format!("{:?}", config.receivers), format!("{:?}", default.receivers));
    assert_eq!(config.store, default.store);
    assert_eq!(config.delivery, default.delivery);
}

/// The example with every commented-out key in effect. Comments in prose have a capital letter
/// before any ` = `.
fn uncommented() -> String {
    let is_toml = |line: &str| {
        line.starts_with('[') && line.ends_with(']')
            || line.split_once(" = ").is_some_and(|(key, _)| {
                let is_of_key = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
                key.bytes().all(is_of_key)
            })
    };
    config::EXAMPLE
        .lines()
        .map(|line| {
            line.strip_prefix("# ").filter(|rest| is_toml(rest)).unwrap_or(line).to_owned() + "\n"
        })
        .collect()
}

#[test]
fn the_commented_out_keys_of_the_example_are_valid() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("company-ca.pem", CERTIFICATE);
    write("relay-ca.pem", CERTIFICATE);
    write("smtp-password", "x");
    write("proxy-secret", &"x".repeat(32));
    write("slack-url", "https://hooks.example.com/x");
    write("heartbeat-url", "https://monitor.example.com/x");
    write("teams-url", "https://flows.example.com/x");
    write("what-to-do.txt", "Hold the shipment.\n");
    write("erp-hook", &format!("whsec_{}", "A".repeat(32)));
    write("erp-headers", "Authorization: Bearer x");
    let environment = Environment {
        credentials_directory: Some(folder.path().to_owned()),
        ..Environment::default()
    };
    let path = folder.path().join("entitywatch.toml");
    let checked = config::check(&path, &uncommented(), &environment, SecretsMode::Resolve);
    let (config, _) = checked.unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(config.sources.len(), 4);
    assert_eq!(config.people.len(), 1);
    assert_eq!(config.receivers.len(), 5);
    assert_eq!(config.messages.instructions, ["Hold the shipment."]);
    assert_eq!(config.routes.len(), 1);
    assert_eq!(config.heartbeats.len(), 1);
    assert_eq!(config.assurance.unwrap().receivers, ["compliance"]);
}

#[test]
fn the_example_has_every_key() {
    let schema = serde_json::to_value(config::schema()).unwrap();
    let text = uncommented();
    let mut missing = Vec::new();
    for (section, key) in keys(&schema) {
        let heading = [format!("[{section}]"), format!("[[{section}]]")];
        let mut inside = false;
        let found = text.lines().any(|line| {
            if line.starts_with('[') {
                inside = heading.iter().any(|heading| line.starts_with(heading));
            }
            // Keys such as `password_file` are in the comment of the first of three alternatives.
            inside
                && (line.starts_with(&format!("{key} ="))
                    || line.split('#').nth(1).is_some_and(|comment| comment.contains(&key)))
        });
        if !found {
            missing.push(format!("{section}.{key}"));
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// Every `(section, key)` of the configuration's schema.
fn keys(schema: &Value) -> Vec<(String, String)> {
    let resolve = |node: &Value| resolved(schema, node);
    let properties = |node: &Value| node["properties"].as_object().cloned().unwrap_or_default();
    let keys: Vec<(String, String)> = properties(schema)
        .iter()
        .flat_map(|(section, node)| {
            properties(&resolve(node))
                .into_iter()
                .map(|(key, _)| (section.clone(), key))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(keys.len() > 45, "{keys:?}");
    keys
}

/// The node that a reference, a list's items or an optional value refers to.
fn resolved(schema: &Value, node: &Value) -> Value {
    let reference = node
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| schema.pointer(reference.trim_start_matches('#')));
    match node.get("items").or_else(|| node.pointer("/anyOf/0")).or(reference) {
        Some(inner) => resolved(schema, inner),
        None => node.clone(),
    }
}

// --- the schemas

fn validate(name: &str, instance: &Value) -> Result<(), String> {
    let schemas = cli::schema::schemas();
    let validator = jsonschema::validator_for(&schemas[name])
        .unwrap_or_else(|error| panic!("{name} is no schema: {error}"));
    validator.validate(instance).map_err(|error| format!("{error} at {}", error.instance_path()))
}

#[test]
fn every_schema_is_valid() {
    let schemas = cli::schema::schemas();
    for (name, schema) in schemas.as_object().unwrap() {
        assert!(jsonschema::meta::is_valid(schema), "{name}");
        assert!(jsonschema::validator_for(schema).is_ok(), "{name}");
    }
    for name in [
        "configuration",
        "webhook",
        "diff",
        "changes",
        "entries",
        "entries show",
        "sources",
        "deliveries",
        "alerts",
        "holds",
        "holds show",
        "holds show, counterparty files",
        "receivers",
    ] {
        assert!(schemas.get(name).is_some(), "{name}");
    }
}

/// The section `[smtp]` of the example with its alternatives in effect.
fn with_alternatives() -> String {
    let smtp = uncommented()
        .split("\n[smtp]\n")
        .nth(1)
        .unwrap()
        .split("\n# ---")
        .next()
        .unwrap()
        .to_owned();
    let kept = smtp
        .lines()
        .filter(|line| !line.starts_with("password_credential") && !line.starts_with("ca_file"));
    let smtp: Vec<&str> = kept.map(|line| line.strip_prefix("#   ").unwrap_or(line)).collect();
    format!("[smtp]\n{}\n", smtp.join("\n"))
}

#[test]
fn the_alternatives_in_the_example_are_valid() {
    let text = with_alternatives();
    let (config, warnings) =
        config::check(Path::new("x.toml"), &text, &Environment::default(), SecretsMode::Skip)
            .unwrap();
    let smtp = config.smtp.as_ref().unwrap();
    assert_eq!(smtp.certificate_sha256.unwrap()[..2], [0x5f, 0x8a]);
    let oauth2 = smtp.oauth2.as_ref().unwrap();
    assert_eq!(
        (oauth2.client_id.as_str(), oauth2.scope.as_deref()),
        ("entitywatch", Some("https://outlook.office365.com/.default"))
    );
    assert!(warnings.iter().all(|warning| !warning.0.contains("[smtp")), "{warnings:?}");
    validate(
        "configuration",
        &serde_json::to_value(toml::from_str::<toml::Table>(&text).unwrap()).unwrap(),
    )
    .unwrap();
}

#[test]
fn the_secrets_of_oauth2_are_read_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("entitywatch.toml");
    std::fs::write(folder.path().join("secret"), "hunter2\n").unwrap();
    let smtp = "[smtp]\nhost = \"h\"\nusername = \"u\"\nfrom = \"a@example.com\"\n";
    let oauth2 = "[smtp.oauth2]\ntoken_url = \"https://h/t?key=hunter2\"\nclient_id = \"c\"\n";
    for key in ["client_secret = \"hunter2\"", "client_secret_file = \"secret\""] {
        std::fs::write(&path, format!("{smtp}{oauth2}{key}\n")).unwrap();
        let (config, _) =
            config::load(&path, &Environment::default(), SecretsMode::Resolve).unwrap();
        assert_eq!(
            config.smtp.as_ref().unwrap().oauth2.as_ref().unwrap().client_secret.expose(),
            "hunter2"
        );
        let shown = config::show(&path, &Environment::default()).unwrap();
        assert!(shown.contains("[smtp.oauth2]") && !shown.contains("hunter2"), "{shown}");
        let secret = &config.smtp.as_ref().unwrap().oauth2.as_ref().unwrap().client_secret;
        assert!(!format!("{secret:?}").contains("hunter2"));
        // A mistake is shown with its line, but without its secret.
        let errors = config::check(
            &path,
            &format!("{smtp}password = \"p\"\n{oauth2}{key}\n"),
            &Environment::default(),
            SecretsMode::Skip,
        );
        let errors = errors.unwrap_err().to_string();
        assert!(errors.contains("found both") && !errors.contains("hunter2"), "{errors}");
    }
}

#[test]
fn the_schema_accepts_what_the_program_accepts() {
    for text in [
        config::EXAMPLE.to_owned(),
        uncommented(),
        std::fs::read_to_string(fixtures().join("ok_everything.toml")).unwrap(),
    ] {
        let instance = serde_json::to_value(toml::from_str::<toml::Table>(&text).unwrap()).unwrap();
        validate("configuration", &instance).unwrap();
    }
    assert!(validate("configuration", &json!({"server": {"listn": "x"}})).is_err());
    assert!(validate("configuration", &json!({"sources": []})).is_err());
    assert!(validate("configuration", &json!({"source": [{"name": "a", "kind": "csv"}]})).is_err());
}

#[test]
fn the_webhook_schema_accepts_a_body_and_refuses_invalid_ones() {
    let test =
        |data: Value| json!({"type": "test", "timestamp": "2026-07-01T00:00:00Z", "data": data});
    validate(
        "webhook",
        &test(json!({"receiver": "erp", "message": "hello", "at": "2026-07-01T00:00:00Z"})),
    )
    .unwrap();
    assert!(validate("webhook", &test(json!({"receiver": "erp"}))).is_err());
    assert!(
        validate(
            "webhook",
            &json!({"type": "moved", "timestamp": "2026-07-01T00:00:00Z", "data": {}})
        )
        .is_err()
    );
    let summary = json!({"added": 1, "removed": 0, "revised": 0, "editorial": 0});
    let entry = json!({
        "list": "EL",
        "form": "party",
        "name": "A",
        "aliases": [],
        "addresses": [],
        "countries": ["CN"],
        "license_requirement": "",
        "license_policy": "",
        "footnotes": [],
        "citations": ["87 FR 38925"],
        "start_date": null,
        "end_date": null,
        "remarks": "",
        "other": {},
    });
    let change = json!({
        "change_id": "chg_1",
        "kind": "added",
        "severity": "high",
        "editorial": false,
        "entry": entry,
    });
    let changed = json!({
        "type": "list.changed",
        "timestamp": "2026-07-01T00:00:00Z",
        "data": {
            "alert_id": "alr_1",
            "sequence": 1,
            "source": "csl",
            "observed_at": "2026-07-01T00:00:00Z",
            "accepted_at": null,
            "unconfirmed": false,
            "snapshot": {"sha256": "00", "as_of": null},
            "previous": null,
            "attributed": "cited",
            "rule": null,
            "follows": null,
            "rule_alerted_before": 0,
            "rule_in_baseline": 0,
            "journal_head": "00",
            "summary": summary,
            "total": summary,
            "changes": [change],
        },
    });
    validate("webhook", &changed).unwrap();
    validate("diff", &json!({"summary": summary, "changes": [change]})).unwrap();
}

// --- the commands

fn run(command: ConfigCommand, name: &str) -> (Exit, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = cli::config::run(
        command,
        &fixtures().join(name),
        true,
        &Environment::default(),
        &mut out,
        &mut err,
    )
    .unwrap();
    (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn the_config_commands_check_show_describe_and_print_an_example() {
    let (exit, out, err) = run(ConfigCommand::Check { strict: false }, "err_unknown_key.toml");
    assert_eq!((exit, out.as_str()), (Exit::Usage, ""));
    assert!(err.contains("did you mean `listen`?"), "{err}");
    let (exit, out, err) =
        run(ConfigCommand::Check { strict: false }, "warn_of_what_reaches_nobody.toml");
    assert_eq!(exit, Exit::Success);
    assert!(out.contains("is valid: 1 source, 1 receiver, 5 routes"), "{out}");
    assert!(err.starts_with("warning: "), "{err}");
    let (exit, out, err) =
        run(ConfigCommand::Check { strict: true }, "warn_of_what_reaches_nobody.toml");
    assert_eq!((exit, out.as_str()), (Exit::Usage, ""));
    assert!(err.starts_with("error: "), "{err}");
    assert_eq!(run(ConfigCommand::Show, "err_broken_syntax.toml").0, Exit::Usage);
    assert_eq!(
        run(ConfigCommand::Example, "absent.toml"),
        (Exit::Success, config::EXAMPLE.to_owned(), String::new())
    );
    assert!(
        serde_json::from_str::<Value>(&run(ConfigCommand::Schema, "absent.toml").1)
            .unwrap()
            .get("webhook")
            .is_some()
    );
}

#[test]
fn a_secret_in_place_of_a_file_name_is_not_shown() {
    for key in [
        "secret_file = \"whsec_hunter2\"",
        "secret_credential = \"whsec_hunter2\"",
        "url_file = \"https://hooks.example.com/hunter2\"",
    ] {
        let address =
            if key.starts_with("url") { "" } else { "url = \"https://erp.example.com/\"\n" };
        let text = format!(
            "[[source]]\nname = \"csl\"\nkind = \"csl\"\n[[receiver]]\nname = \"erp\"\nkind = \
             \"webhook\"\n{address}{key}\n"
        );
        let path = Path::new("entitywatch.toml");
        let message = config::check(path, &text, &Environment::default(), SecretsMode::Resolve)
            .unwrap_err()
            .to_string();
        assert!(message.contains("itself") && !message.contains("hunter2"), "{message}");
    }
}

// --- mistakes that would fail later

const SOURCE: &str = "[[source]]\nname = \"csl\"\nkind = \"csl\"\n";
const SMTP: &str = "[smtp]\nhost = \"mail.example.com\"\nfrom = \"alerts@example.com\"\n";

/// What `config check` says of a text in `folder`.
fn check_in(folder: &Path, text: &str) -> Result<entitywatch::config::Config, String> {
    let path = folder.join("entitywatch.toml");
    std::fs::write(&path, text).unwrap();
    config::load(&path, &Environment::default(), SecretsMode::Resolve)
        .map(|(config, _)| config)
        .map_err(|errors| errors.to_string())
}

#[test]
fn err_impossible_settings_are_refused_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    let hook = "[[receiver]]\nname = \"erp\"\nkind = \"webhook\"\n";
    let mail = format!("{SMTP}[[receiver]]\nname = \"a\"\nkind = \"email\"\n");
    let table: &[(String, &str)] = &[
        (format!("{SOURCE}[http]\nno_proxy = \"a.com;10.*\"\n"), "but got `10.*`"),
        (format!("{SOURCE}[http]\nproxy = \"socks5://h:1080\"\n"), "expected a proxy such as"),
        (
            format!("{SOURCE}[http]\nproxy = \"http://h:3128/proxy.pac\"\n"),
            "expected a proxy without path",
        ),
        (format!("{SOURCE}[http]\ncontact = \"Müller\"\n"), "expected a contact such as"),
        (
            format!("{SOURCE}[server]\npublic_url = \"https://h/?a=b\"\n"),
            "expected an address without user, query and fragment",
        ),
        (format!("{SOURCE}url = \"https://h:0/list.csv\"\n"), "expected an address such as"),
        (
            format!("{SOURCE}schedule = \"0 0 L * *\"\n"),
            "expected `*` or numbers from 1 to 31 as day of the month, but got `L`",
        ),
        (format!("{SOURCE}timezone = \"Etc/Unknown\"\n"), "expected a time zone such as"),
        (
            format!("{SOURCE}[store]\nurl = \"sqlite:folder\"\n"),
            "expected the path of a file, but ",
        ),
        (
            format!("{SOURCE}[[route]]\nreceivers = [\"x\"]\ncountries = [\"UK\"]\n"),
            "expected a two-letter country code",
        ),
        (format!("{SOURCE}{SMTP}port = 0\n"), "expected a whole number from 1 to 65535"),
        (
            format!("{SOURCE}[smtp]\nhost = \"mail,example.com\"\nfrom = \"a@b.com\"\n"),
            "expected only the name of a host",
        ),
        (
            format!("{SOURCE}[smtp]\nhost = \"h\"\nfrom = \"Jürgen <jürgen@b.com>\"\n"),
            "with only ASCII before the @",
        ),
        (format!("{SOURCE}{mail}to = [\"jürgen@exämple.de\"]\n"), "with only ASCII before the @"),
        (format!("{SOURCE}{mail}to = [\"a@exämple.de\", \"a@xn--exmple-cua.de\"]\n"), "twice"),
        (
            format!("{SOURCE}{SMTP}username = \"a\"\npassword = \"\"\"hunter2\nhunter3\"\"\"\n"),
            "expected the password on one line",
        ),
        (format!("{SOURCE}{SMTP}username = \"a\"\npassword_file = \"folder\"\n"), "directory"),
        (
            format!("{SOURCE}{hook}url = \"https://h:0/\"\n"),
            "expected one address that starts with https://",
        ),
        (format!("{SOURCE}{hook}url = \"https://h/\"\nsecret = \"whsec_!\"\n"), "expected base64"),
    ];
    for (text, problem) in table {
        let error =
            check_in(folder.path(), text).err().unwrap_or_else(|| panic!("accepted:\n{text}"));
        assert!(error.contains(problem), "{text}\n{error}");
        assert!(
            error.contains('^') && error.contains("entitywatch.toml:") && !error.contains("hunter"),
            "{error}"
        );
    }
}

#[test]
fn a_domain_in_another_script_is_converted_to_punycode() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "{SOURCE}[http]\ncontact = \"mailto:info@exämple.de\"\n[smtp]\nhost = \
         \"mail.exämple.de\"\nfrom = \"Überwachung <alerts@exämple.de>\"\n[[receiver]]\nname = \
         \"a\"\nkind = \"email\"\nto = [\"info@exämple.de\"]\n"
    );
    let config = check_in(folder.path(), &text).unwrap();
    let smtp = config.smtp.as_ref().unwrap();
    assert_eq!(config.http.contact.as_deref(), Some("mailto:info@xn--exmple-cua.de"));
    assert_eq!(
        (smtp.host.as_str(), smtp.from.email.to_string().as_str()),
        ("mail.xn--exmple-cua.de", "alerts@xn--exmple-cua.de")
    );
    assert_eq!(config.receivers[0].recipients(), ["info@xn--exmple-cua.de"]);
}

#[test]
fn a_byte_order_mark_and_white_space_are_not_part_of_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let whsec = format!("whsec_{}", "A".repeat(32));
    write("password", b"\xef\xbb\xbf hunter2\r\n");
    write("url", b"\xef\xbb\xbfhttps://hooks.example.com/T0\r\n\xc2\xa0");
    write("hook", format!("\u{feff}{whsec}\r\n\u{feff}{whsec}\r\n").as_bytes());
    write("headers", b"\xef\xbb\xbfAuthorization: Bearer hunter2\r\n");
    write("ca.pem", format!("\u{feff}{}", CERTIFICATE.replace('\n', "\r\n")).as_bytes());
    let text = format!(
        "\u{feff}{SOURCE}[http]\nca_file = \"ca.pem\"\n{SMTP}username = \
         \"a\"\npassword_PLACE\n[[receiver]]\nname = \"mail\"\nkind = \"email\"\nto = \
         [\"a@example.com\"]\n[[receiver]]\nname = \"desk\"\nkind = \"slack\"\nurl_file = \
         \"url\"\n[[receiver]]\nname = \"erp\"\nkind = \"webhook\"\nurl_file = \
         \"url\"\nsecret_file = \"hook\"\nheaders_file = \"headers\"\n"
    );
    let path = folder.path().join("entitywatch.toml");
    let environment = Environment {
        credentials_directory: Some(folder.path().to_owned()),
        ..Environment::default()
    };
    for place in [
        "password_file = \"password\"",
        "password_credential = \"password\"",
        "password = \"\\uFEFF hunter2 \"",
    ] {
        std::fs::write(&path, text.replace("password_PLACE", place)).unwrap();
        let (config, _) = config::load(&path, &environment, SecretsMode::Resolve)
            .unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(
            config.smtp.as_ref().unwrap().password.as_ref().unwrap().expose(),
            "hunter2",
            "{place}"
        );
        let Channel::Slack(slack) = &config.receiver("desk").unwrap().channel else {
            panic!("desk is a slack receiver")
        };
        assert_eq!(slack.url.expose(), "https://hooks.example.com/T0");
        let Channel::Webhook(webhook) = &config.receiver("erp").unwrap().channel else {
            panic!("erp is a webhook receiver")
        };
        assert_eq!(
            webhook.secrets.iter().map(|secret| secret.expose()).collect::<Vec<_>>(),
            [whsec.as_str(), whsec.as_str()]
        );
        assert_eq!(
            (webhook.headers[0].0.as_str(), webhook.headers[0].1.expose()),
            ("Authorization", "Bearer hunter2")
        );
        assert!(config.http.ca_pem.as_ref().unwrap().starts_with(b"-----BEGIN"));
        assert!(config::show(&path, &environment).unwrap().contains("ca.pem"));
    }
}

#[test]
fn ok_headers_in_the_configuration_are_lines_or_a_table_and_are_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("entitywatch.toml");
    let read = |headers: &str| {
        let receiver = "[[receiver]]\nname = \"erp\"\nkind = \"webhook\"\nurl = \
                        \"https://e.example/\"\n";
        std::fs::write(&path, format!("{SOURCE}{receiver}{headers}\n")).unwrap();
        config::load(&path, &Environment::default(), SecretsMode::Resolve)
    };
    for headers in [
        "headers = \"Authorization: Bearer hunter2\\nX-Team: export\"",
        "headers = \"\"\"\nAuthorization: Bearer hunter2\n\n# a comment\nX-Team: export\n\"\"\"",
        "headers = { Authorization = \"Bearer hunter2\", X-Team = \"export\" }",
        "[receiver.headers]\nAuthorization = \"Bearer hunter2\"\nX-Team = \"export\"",
    ] {
        let (config, _) = read(headers).unwrap_or_else(|errors| panic!("{errors}"));
        let Channel::Webhook(webhook) = &config.receiver("erp").unwrap().channel else {
            panic!("erp is a webhook receiver")
        };
        let found: Vec<(&str, &str)> =
            webhook.headers.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
        assert_eq!(found, [("Authorization", "Bearer hunter2"), ("X-Team", "export")], "{headers}");
        let shown = config::show(&path, &Environment::default()).unwrap();
        assert!(shown.contains("headers = ") && !shown.contains("hunter2"), "{shown}");
    }
    for headers in [
        "headers = \"hunter2\"",
        "headers = 7",
        "headers = [\"X-Team: hunter2\"]",
        "headers = { X-Team = 7, X-Key = \"hunter2\" }",
        "headers = { X-Team = \"a\\nX-Key: hunter2\" }",
        "headers = { \"X-Team: a\" = \"hunter2\" }",
        "headers = { webhook-id = \"hunter2\" }",
        "headers = \"X-Team: hunter2\"\nheaders_file = \"erp-headers\"",
    ] {
        let errors = read(headers).unwrap_err().to_string();
        assert!(!errors.contains("hunter2"), "{headers}: {errors}");
        assert!(errors.contains("header") || errors.contains("expected"), "{headers}: {errors}");
    }
}

#[test]
fn err_a_file_in_another_encoding_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let utf16 = |text: &str| {
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    write("utf16", &utf16("hunter2"));
    write("utf16-without-mark", &utf16("hunter2")[2..]);
    write("ca.der", &[0x30, 0x82, 0x01, 0x00, 0xff]);
    write("empty.pem", b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n");
    write("key.pem", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    let password =
        |file: &str| format!("{SOURCE}{SMTP}username = \"a\"\npassword_file = \"{file}\"\n");
    let authorities = |file: &str| format!("{SOURCE}[http]\nca_file = \"{file}\"\n");
    for (text, problem) in [
        (password("utf16"), "but got UTF-16: save it as UTF-8"),
        (password("utf16-without-mark"), "as in UTF-16: save it as UTF-8"),
        (authorities("utf16"), "but got UTF-16"),
        (authorities("ca.der"), "expected PEM certificates, but got DER"),
        (authorities("empty.pem"), "expected PEM certificates"),
        (authorities("key.pem"), "expected PEM certificates"),
        (authorities("absent.pem"), "No such file"),
    ] {
        let error = check_in(folder.path(), &text).unwrap_err();
        assert!(
            error.contains(problem) && error.contains('^') && !error.contains("hunter2"),
            "{error}"
        );
    }
    let path = folder.path().join("utf16.toml");
    std::fs::write(&path, utf16(SOURCE)).unwrap();
    let error =
        config::load(&path, &Environment::default(), SecretsMode::Resolve).unwrap_err().to_string();
    assert!(
        error.contains("failed to read the configuration: expected UTF-8 text, but got UTF-16"),
        "{error}"
    );
}

#[test]
fn missing_folders_and_bad_entries_of_no_proxy_are_warnings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("entitywatch.toml");
    let text =
        format!("{SOURCE}[[source]]\nname = \"mirror\"\nkind = \"file\"\npath = \"lists\"\n");
    let environment =
        Environment::from(|name| (name == "NO_PROXY").then(|| "<local>,.example.com".into()));
    let warnings_of = |text: &str, mode| {
        let (_, warnings) = config::check(&path, text, &environment, mode).unwrap();
        let count = |part: &str| warnings.iter().filter(|warning| warning.0.contains(part)).count();
        (count("does not exist yet"), count("an entry of the environment's NO_PROXY is ignored: "))
    };
    assert_eq!(warnings_of(&text, SecretsMode::Resolve), (1, 1));
    assert_eq!(warnings_of(&text, SecretsMode::Skip), (0, 0), "reading commands need neither");
    std::fs::create_dir(folder.path().join("lists")).unwrap();
    assert_eq!(
        warnings_of(&format!("{text}[http]\nproxy = \"http://h:3128\"\n"), SecretsMode::Resolve),
        (0, 0)
    );
}
