//! The cast as it was played once in this process, to be laid into other worlds: it
//! takes a tenth of the time that playing it again would.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::primitives::ByteStream;
use domain::id::WorkspaceId;
use futures::future::join_all;
use local::NAME;
use tokio::sync::OnceCell;

use crate::fixture::{Client, Fixture, Tenant};
use crate::world::{START, World};

/// Items that one request may write.
const AT_ONCE: usize = 25;

static SNAPSHOT: OnceCell<Snapshot> = OnceCell::const_new();

struct Snapshot {
    cast: Fixture,
    items: Vec<HashMap<String, AttributeValue>>,
    objects: Vec<Object>,
}

struct Object {
    key: String,
    content_type: Option<String>,
    bytes: Vec<u8>,
}

impl Fixture {
    /// As [`Cast::play`] leaves it, in a world that nothing has happened in.
    pub(crate) async fn restore(world: &World) -> Self {
        let played = SNAPSHOT.get_or_init(async || Box::pin(Snapshot::new()).await);
        let played = played.await;
        let writes = played.items.chunks(AT_ONCE).map(|some| {
            let put = |item: &HashMap<_, _>| {
                let put = PutRequest::builder().set_item(Some(item.clone()));
                let put = put.build().expect("an item");
                WriteRequest::builder().put_request(put).build()
            };
            let some = some.iter().map(put).collect();
            let request = world.dynamo.batch_write_item();
            request.request_items(NAME, some).send()
        });
        let puts = played.objects.iter().map(|object| {
            let request = world.s3.put_object().bucket(NAME).key(&object.key);
            let request = request.set_content_type(object.content_type.clone());
            let body = ByteStream::from(object.bytes.clone());
            request.body(body).send()
        });
        let (writes, puts) = tokio::join!(join_all(writes), join_all(puts));
        for written in writes {
            let left = written.expect("written").unprocessed_items;
            assert!(left.unwrap_or_default().is_empty());
        }
        for put in puts {
            put.expect("put");
        }
        Self {
            acme: played.cast.acme.laid(world).await,
            northwind: played.cast.northwind.laid(world).await,
        }
    }
}

impl Snapshot {
    async fn new() -> Self {
        // Its own line of ids: what other worlds draw is none of its people.
        let world = World::isolated().await;
        let cast = Fixture::build(&world).await;
        Self {
            items: world.items().await,
            objects: objects(&world, [&cast.acme, &cast.northwind]).await,
            cast,
        }
    }
}

async fn objects(world: &World, tenants: [&Tenant; 2]) -> Vec<Object> {
    let mut objects = Vec::new();
    let listed = world.s3.list_objects_v2().bucket(NAME);
    let pages = listed.into_paginator().send().try_collect().await;
    let pages = pages.expect("the bucket");
    let keys = pages.iter().flat_map(ListObjectsV2Output::contents);
    for key in keys.filter_map(|object| object.key()) {
        let is_of = |id: WorkspaceId| key.contains(&id.to_string());
        if !tenants.iter().any(|tenant| is_of(tenant.workspace.id)) {
            continue;
        }
        let got = world.s3.get_object().bucket(NAME).key(key).send().await;
        let got = got.expect("an object");
        objects.push(Object {
            key: key.to_owned(),
            content_type: got.content_type,
            bytes: got.body.collect().await.expect("its bytes").to_vec(),
        });
    }
    objects
}

impl Tenant {
    async fn laid(&self, world: &World) -> Self {
        let (directory, slug) = (world.app.directory(), &self.workspace.slug);
        let session = directory.find_session(&self.session, slug, START, false);
        let session = session.await.expect("the table").expect("a session");
        let store = session.team_store().expect("a team's store");
        let client = |client: &Client| Client {
            store: store.client_store(client.id),
            ..client.clone()
        };
        Self {
            clients: self.clients.iter().map(client).collect(),
            store,
            ..self.clone()
        }
    }
}
