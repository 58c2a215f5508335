//! Holds the declarations against what the library says of itself, which is what the bindings for Kotlin and Swift are
//! generated from. One that no longer fits fails every test, before it is called.

use std::{
    collections::HashMap,
    env::{
        consts::{DLL_PREFIX, DLL_SUFFIX},
        current_exe,
    },
    sync::LazyLock,
};

use uniffi_bindgen::{
    BindgenLoader, BindgenPaths, ComponentInterface, GlobalConfig,
    interface::{FfiDefinition, FfiType, ffi::FfiArgument},
};

use crate::declarations;

/// Fails with every declaration that does not fit.
pub(crate) fn check() {
    static FOUND: LazyLock<Vec<String>> = LazyLock::new(find);
    assert!(
        FOUND.is_empty(),
        "declarations.rs is not what the library exports:\n\n{}\n",
        FOUND.join("\n\n")
    );
}

fn find() -> Vec<String> {
    let library = Library::read();
    let (wanted, linked) = (library.interface.uniffi_contract_version(), unsafe {
        declarations::uniffi_contract_version()
    });
    if wanted != linked {
        return vec![format!(
            "the library keeps version {linked} of UniFFI's contract, its generator {wanted}"
        )];
    }
    let checksums: HashMap<_, _> = library.interface.iter_checksums().collect();
    let other = declarations::checksums().into_iter().filter_map(|(name, linked)| {
        let read = checksums.get(name);
        (read != Some(&linked)).then(|| format!("{name}: {linked} in the library that is linked, {read:?} in the file"))
    });
    let functions = [
        declarations::scaffolding(),
        declarations::objects(),
        declarations::interface(),
    ];
    let functions = functions
        .into_iter()
        .flatten()
        .map(|(name, declared)| (name, library.function(name), declared));
    let tables = declarations::tables()
        .into_iter()
        .map(|(name, declared)| (name, library.table(name), declared));
    let drifted = functions.chain(tables).filter_map(|(name, exported, declared)| {
        let exported = exported.unwrap_or_else(|| "nothing".into());
        (exported != declared).then(|| format!("{name}\n  is        {exported}\n  declared  {declared}"))
    });
    drifted.chain(other).collect()
}

/// The shared library that was built together with the one that is linked.
struct Library {
    interface: ComponentInterface,
    definitions: HashMap<String, FfiDefinition>,
}

impl Library {
    fn read() -> Self {
        let name = format!("{DLL_PREFIX}tellus_ffi{DLL_SUFFIX}");
        let path = current_exe().unwrap().with_file_name(name).into_os_string();
        let path = path.into_string().unwrap();
        let loader = BindgenLoader::new(BindgenPaths::default(), GlobalConfig::default());
        let metadata = loader.load_metadata(path.as_str().into());
        let mut interfaces = loader
            .load_cis(metadata.expect("the library tells its interface"))
            .unwrap();
        assert_eq!(interfaces.len(), 1);
        let mut interface = interfaces.remove(0);
        interface.derive_ffi_funcs().unwrap();
        let definitions = interface.ffi_definitions().map(|each| (each.name().to_owned(), each));
        Self {
            definitions: definitions.collect(),
            interface,
        }
    }

    /// The type of an exported function, or of one that is called back, as the declarations note it.
    fn function(&self, name: &str) -> Option<String> {
        let (arguments, has_status, result) = match self.definitions.get(name)? {
            FfiDefinition::Function(it) => (it.arguments(), it.has_rust_call_status_arg(), it.return_type()),
            FfiDefinition::CallbackFunction(it) => (it.arguments(), it.has_rust_call_status_arg(), it.return_type()),
            FfiDefinition::Struct(_) => return None,
        };
        let arguments = arguments.into_iter().map(FfiArgument::type_);
        let mut types: Vec<String> = arguments.map(|each| self.noted(&each)).collect();
        types.extend(has_status.then(|| "*mut CallStatus".into()));
        let result = result
            .map(|each| format!(" -> {}", self.noted(each)))
            .unwrap_or_default();
        Some(format!("extern \"C\" fn({}){result}", types.join(", ")))
    }

    fn table(&self, name: &str) -> Option<String> {
        let name = format!("VTableCallbackInterface{}", name.strip_suffix("Table")?);
        let FfiDefinition::Struct(table) = self.definitions.get(&name)? else {
            return None;
        };
        let fields = table.fields().iter().map(|field| {
            let name = field.name().trim_start_matches("uniffi_");
            format!("{name}: {}", self.noted(&field.type_()))
        });
        Some(fields.collect::<Vec<_>>().join(", "))
    }

    fn noted(&self, type_: &FfiType) -> String {
        match type_ {
            FfiType::RustBuffer(_) => "RustBuffer".into(),
            FfiType::ForeignBytes => "ForeignBytes".into(),
            FfiType::RustCallStatus => "CallStatus".into(),
            FfiType::VoidPointer => "*mut c_void".into(),
            FfiType::Reference(to) => format!("*const {}", self.noted(to)),
            FfiType::MutReference(to) => format!("*mut {}", self.noted(to)),
            FfiType::Callback(name) => self.function(name).unwrap_or_else(|| name.clone()),
            FfiType::Struct(name) => name.replace("VTableCallbackInterface", "") + "Table",
            // Numbers and handles have the names that Rust gives them.
            number => FfiType::return_type_name(Some(number)),
        }
    }
}
