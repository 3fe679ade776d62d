//! The assets of one finding, while the rows of a scan are read.

use std::collections::HashSet;

use super::text;
use crate::finding::content::MAX_ASSETS;

/// Assets of one finding that are counted.
const MAX_COUNTED: usize = 10_000;

/// Assets in the order of the file, each once. A scan may have many findings with many assets each,
/// so those beyond [`MAX_ASSETS`] are kept as hashes only.
#[derive(Debug, Default)]
pub(crate) struct AssetList {
    /// One a line.
    listed: String,
    listed_count: usize,
    hashes: HashSet<u64>,
}

impl AssetList {
    /// Adds an asset, as one line.
    pub(crate) fn add(&mut self, asset: &str) {
        let asset = text::single_line(asset, 500);
        if asset.is_empty()
            || self.hashes.len() > MAX_COUNTED
            || !self.hashes.insert(text::hash(&asset))
        {
            return;
        }
        if self.listed_count < MAX_ASSETS {
            self.listed.push_str(&asset);
            self.listed.push('\n');
            self.listed_count += 1;
        }
    }

    /// Adds those of another list.
    pub(crate) fn merge(&mut self, other: &Self) {
        for asset in other.listed.lines() {
            self.add(asset);
        }
        for hash in &other.hashes {
            if self.hashes.len() <= MAX_COUNTED {
                self.hashes.insert(*hash);
            }
        }
    }

    /// As many assets as a finding may have; and a sentence, where there are more.
    pub(crate) fn into_listed(self) -> (Vec<String>, Option<String>) {
        let listed = self.listed_count;
        let total = match self.hashes.len() {
            n if n <= listed => None,
            n if n <= MAX_COUNTED => Some(n.to_string()),
            _ => Some(format!("more than {MAX_COUNTED}")),
        };
        let remark = total.map(|total| {
            format!(
                "The scan names {total} places; the first {listed} are listed as affected assets."
            )
        });
        (self.listed.lines().map(str::to_owned).collect(), remark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_beyond_limit_are_counted_in_remark() {
        let mut assets = AssetList::default();
        for n in 0..MAX_ASSETS + 20 {
            assets.add(&format!("host{n}"));
            assets.add("host0");
        }
        let (list, remark) = assets.into_listed();
        assert_eq!(list.len(), MAX_ASSETS);
        assert!(remark.is_some_and(|text| text.contains("520 places")));
    }
}
