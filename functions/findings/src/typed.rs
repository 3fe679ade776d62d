//! A finding's form as it is sent: its fields, and the choices of the calculator.

use std::collections::BTreeMap;

use domain::finding::FindingInput;
use domain::input::FieldErrors;
use domain::score::{CvssVector, CvssVersion, InvalidCvssVector, values};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// What the names of the calculator's fields begin with: then the version's
/// number, a hyphen and the metric.
const PREFIX: &str = "cvss";

/// The form.
#[derive(Debug, Clone, Default)]
pub(crate) struct FindingFields {
    /// The finding's fields.
    pub(crate) input: FindingInput,
    chosen: BTreeMap<String, String>,
}

impl<'de> Deserialize<'de> for FindingFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = BTreeMap::<String, String>::deserialize(deserializer)?;
        let (chosen, fields): (BTreeMap<_, _>, BTreeMap<_, _>) = fields
            .into_iter()
            .partition(|(name, _)| name.starts_with(PREFIX));
        let fields: Map<String, Value> = fields
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)))
            .collect();
        let input = serde_json::from_value(Value::Object(fields));
        let input = input.map_err(serde::de::Error::custom)?;
        Ok(Self { input, chosen })
    }
}

impl FindingFields {
    /// The vector that the calculator's choices make in one version.
    pub(crate) fn vector(&self, version: CvssVersion) -> Result<CvssVector, InvalidCvssVector> {
        let number = version.number();
        version.compose(|code| {
            let value = self.chosen.get(&format!("{PREFIX}{number}-{code}"));
            value.map(String::as_str)
        })
    }

    /// The same; where no vector is typed and the choices make one, with theirs.
    pub(crate) fn filled(mut self) -> Self {
        if self.input.vector.trim().is_empty() {
            let mut made = CvssVersion::ALL
                .into_iter()
                .filter_map(|v| self.vector(v).ok());
            if let Some(vector) = made.next_back() {
                self.input.vector = vector.into();
            }
        }
        self
    }

    /// The fields of the calculator, chosen as the vector says, or as they were
    /// sent where it says nothing.
    pub(crate) fn calculators(&self) -> Vec<CvssCalculator> {
        let vector = self.input.vector.as_str();
        let of = CvssVersion::of(vector);
        let calculator = |version: CvssVersion| CvssCalculator {
            number: version.number(),
            open: of == Some(version),
            metrics: version
                .metrics()
                .iter()
                .map(|metric| {
                    let id = format!("{PREFIX}{}-{}", version.number(), metric.code);
                    let said = values(vector).find(|(code, _)| *code == metric.code);
                    let said = said.filter(|_| of == Some(version)).map(|(_, value)| value);
                    let sent = self.chosen.get(&id).map(String::as_str);
                    Choice {
                        code: metric.code,
                        name: metric.name,
                        chosen: said.or(sent).unwrap_or_default().to_owned(),
                        values: metric.values.to_vec(),
                        id,
                    }
                })
                .collect(),
        };
        CvssVersion::ALL.map(calculator).into()
    }
}

/// The form, sent by the calculator's button of one version.
#[derive(Debug, Clone, Default)]
pub(crate) struct CalculatorForm {
    typed: FindingFields,
    version: Option<CvssVersion>,
}

impl<'de> Deserialize<'de> for CalculatorForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = BTreeMap::<String, String>::deserialize(deserializer)?;
        let number = fields.remove("calculate").unwrap_or_default();
        let fields = fields.into_iter();
        let fields: Map<String, Value> = fields
            .map(|(name, value)| (name, Value::String(value)))
            .collect();
        let typed = serde_json::from_value(Value::Object(fields));
        let mut versions = CvssVersion::ALL.into_iter();
        Ok(Self {
            typed: typed.map_err(serde::de::Error::custom)?,
            version: versions.find(|version| version.number() == number),
        })
    }
}

impl CalculatorForm {
    /// The form with the vector that is chosen, or with why there is none.
    pub(crate) fn vector(mut self) -> (FindingFields, Option<FieldErrors>) {
        let Some(version) = self.version else {
            return (self.typed, None);
        };
        match self.typed.vector(version) {
            Ok(vector) => {
                self.typed.input.vector = vector.into();
                (self.typed, None)
            }
            Err(error) => (
                self.typed,
                Some(FieldErrors::at("vector", error.to_string())),
            ),
        }
    }
}

impl From<FindingInput> for FindingFields {
    fn from(input: FindingInput) -> Self {
        Self {
            input,
            chosen: BTreeMap::new(),
        }
    }
}

/// The calculator of one version, as the form shows it.
#[derive(Debug, Serialize)]
pub(crate) struct CvssCalculator {
    number: &'static str,
    open: bool,
    metrics: Vec<Choice>,
}

#[derive(Debug, Serialize)]
struct Choice {
    id: String,
    code: &'static str,
    name: &'static str,
    chosen: String,
    values: Vec<(&'static str, &'static str)>,
}
