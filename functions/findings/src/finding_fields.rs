//! The form of a finding as it is sent: its fields, and the calculator's metrics.

use domain::cvss::{CvssVector, CvssVersion, InvalidCvssVector, vector_values};
use domain::finding::FindingInput;
use domain::input::FieldErrors;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use web::view::SelectOption;

/// The beginning of the names of the calculator's fields; the version's number, a hyphen and
/// the metric follow.
const PREFIX: &str = "cvss";

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
    /// The vector of the calculator's metrics in one version, with the metrics of the typed vector
    /// that the calculator doesn't know.
    pub(crate) fn vector(&self, version: CvssVersion) -> Result<CvssVector, InvalidCvssVector> {
        let number = version.number();
        let base = version.compose(|code| {
            let value = self.chosen.get(&format!("{PREFIX}{number}-{code}"));
            value.map(String::as_str)
        })?;
        let typed = self.input.vector.as_str();
        if CvssVersion::of_vector(typed) != Some(version) {
            return Ok(base);
        }
        let is_base = |code: &str| version.metrics().iter().any(|metric| metric.code == code);
        let beyond = vector_values(typed).filter(|(code, _)| !is_base(code));
        let mut text = String::from(base);
        for (code, value) in beyond {
            text = format!("{text}/{code}:{value}");
        }
        text.parse()
    }

    /// Fills an empty vector field from the calculator.
    pub(crate) fn with_calculated_vector(mut self) -> Self {
        if self.input.vector.trim().is_empty() {
            let mut vectors = CvssVersion::CALCULATED
                .into_iter()
                .filter_map(|version| self.vector(version).ok());
            if let Some(vector) = vectors.next_back() {
                self.input.vector = vector.into();
            }
        }
        self
    }

    /// The fields of the calculator, by the vector, or else as they were sent.
    pub(crate) fn calculators(&self) -> Vec<CvssCalculator> {
        let vector = self.input.vector.as_str();
        let of = CvssVersion::of_vector(vector);
        let calculator = |version: CvssVersion| CvssCalculator {
            number: version.number(),
            open: of == Some(version),
            metrics: version
                .metrics()
                .iter()
                .map(|metric| {
                    let id = format!("{PREFIX}{}-{}", version.number(), metric.code);
                    let value = vector_values(vector).find(|(code, _)| *code == metric.code);
                    let value = value
                        .filter(|_| of == Some(version))
                        .map(|(_, value)| value);
                    let sent = self.chosen.get(&id).map(String::as_str);
                    MetricField {
                        code: metric.code,
                        name: metric.name,
                        chosen: value.or(sent).unwrap_or_default().to_owned(),
                        values: metric.values.to_vec(),
                        id,
                    }
                })
                .collect(),
        };
        CvssVersion::CALCULATED.map(calculator).into()
    }
}

/// The form, sent by the calculator's button of one version.
#[derive(Debug, Clone, Default)]
pub(crate) struct CalculatorForm {
    fields: FindingFields,
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
        let fields = serde_json::from_value(Value::Object(fields));
        let mut versions = CvssVersion::CALCULATED.into_iter();
        Ok(Self {
            fields: fields.map_err(serde::de::Error::custom)?,
            version: versions.find(|version| version.number() == number),
        })
    }
}

impl CalculatorForm {
    /// The fields with the calculated vector, or with the reason why there is none.
    pub(crate) fn into_fields(mut self) -> (FindingFields, Option<FieldErrors>) {
        let Some(version) = self.version else {
            return (self.fields, None);
        };
        match self.fields.vector(version) {
            Ok(vector) => {
                self.fields.input.vector = vector.into();
                (self.fields, None)
            }
            Err(error) => (
                self.fields,
                Some(FieldErrors::of("vector", error.to_string())),
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
    metrics: Vec<MetricField>,
}

#[derive(Debug, Serialize)]
struct MetricField {
    id: String,
    code: &'static str,
    name: &'static str,
    chosen: String,
    values: Vec<(&'static str, &'static str)>,
}

/// The choices of the fields that a finding and a template share.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ContentOptions {
    severities: Vec<SelectOption>,
}

impl Default for ContentOptions {
    fn default() -> Self {
        Self {
            severities: SEVERITIES.to_vec(),
        }
    }
}

const SEVERITIES: [SelectOption; 6] = [
    SelectOption {
        value: "",
        label: "From the CVSS vector",
    },
    SelectOption {
        value: "critical",
        label: "Critical",
    },
    SelectOption {
        value: "high",
        label: "High",
    },
    SelectOption {
        value: "medium",
        label: "Medium",
    },
    SelectOption {
        value: "low",
        label: "Low",
    },
    SelectOption {
        value: "info",
        label: "Info",
    },
];
